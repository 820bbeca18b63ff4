/** Straight lines of a width in pixels, all in one draw. */
import { useMemo } from "react";
import type { Segment } from "./annotations";
import { ASIDE } from "./apparent";
import { rgb, squares } from "./instanced";
import { Overlay } from "./Overlay";
import { overlayMaterials } from "./overlayMaterials";

const vertexShader = /* glsl */ `
  attribute vec3 start;
  attribute vec3 end;
  attribute vec3 tint;
  attribute float width;
  varying vec3 colour;
  ${ASIDE}
  const float NEAR = -1e-4; // the desk shows the tumour at its own size
  void main() {
    vec3 a = (modelViewMatrix * vec4(start, 1.0)).xyz;
    vec3 b = (modelViewMatrix * vec4(end, 1.0)).xyz;
    if (a.z > NEAR && b.z < NEAR) a = mix(a, b, (NEAR - a.z) / (b.z - a.z)); // behind the eye
    if (b.z > NEAR && a.z < NEAR) b = mix(b, a, (NEAR - b.z) / (a.z - b.z));
    vec2 along = normalize(b.xy / -b.z - a.xy / -a.z + vec2(1e-9, 0.0));
    vec3 place = position.x < 0.0 ? a : b;
    colour = tint;
    gl_Position = aside(place, vec2(-along.y, along.x) * position.y * 0.5 * width, 2.0);
  }`;

const fragmentShader = /* glsl */ `
  uniform float strength;
  varying vec3 colour;
  void main() {
    gl_FragColor = vec4(colour, strength);
    #include <colorspace_fragment>
  }`;

export function Segments({ segments }: { segments: readonly Segment[] }) {
  const materials = useMemo(() => overlayMaterials({ vertexShader, fragmentShader }), []);
  const geometry = useMemo(
    () =>
      squares(segments.length, {
        start: { size: 3, values: segments.flatMap(({ from }) => from) },
        end: { size: 3, values: segments.flatMap(({ to }) => to) },
        tint: { size: 3, values: segments.flatMap(({ colour }) => rgb(colour)) },
        width: { size: 1, values: segments.map(({ widthPx }) => widthPx) },
      }),
    [segments],
  );
  return segments.length > 0 && <Overlay name="segments" geometry={geometry} materials={materials} order={4} />;
}
