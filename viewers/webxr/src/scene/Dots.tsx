/** Discs of a radius in pixels that face the eye, all in one draw. */
import { useMemo } from "react";
import type { Dot } from "./annotations";
import { ASIDE } from "./apparent";
import { rgb, squares } from "./instanced";
import { Overlay } from "./Overlay";
import { overlayMaterials } from "./overlayMaterials";

const vertexShader = /* glsl */ `
  attribute vec3 place;
  attribute vec3 tint;
  attribute float radius;
  varying vec3 colour;
  varying vec2 at;
  varying float edge;
  ${ASIDE}
  void main() {
    at = position.xy;
    edge = 1.0 / (radius + 1.0);
    colour = tint;
    vec3 there = (modelViewMatrix * vec4(place, 1.0)).xyz;
    gl_Position = aside(there, position.xy * (radius + 1.0), 2.0 * radius);
  }`;

const fragmentShader = /* glsl */ `
  uniform float strength;
  varying vec3 colour;
  varying vec2 at;
  varying float edge;
  void main() {
    float far = length(at);
    float shown = 1.0 - smoothstep(1.0 - edge, 1.0, far);
    float rim = smoothstep(1.0 - 3.0 * edge, 1.0 - 2.0 * edge, far);
    gl_FragColor = vec4(mix(colour, vec3(0.01, 0.02, 0.03), rim), strength * shown);
    #include <colorspace_fragment>
  }`;

export function Dots({ dots }: { dots: readonly Dot[] }) {
  const materials = useMemo(() => overlayMaterials({ vertexShader, fragmentShader }), []);
  const geometry = useMemo(
    () =>
      squares(dots.length, {
        place: { size: 3, values: dots.flatMap(({ at }) => at) },
        tint: { size: 3, values: dots.flatMap(({ colour }) => rgb(colour)) },
        radius: { size: 1, values: dots.map(({ radiusPx }) => radiusPx) },
      }),
    [dots],
  );
  return dots.length > 0 && <Overlay name="dots" geometry={geometry} materials={materials} order={5} />;
}
