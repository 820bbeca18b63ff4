/** A floor of squares that fades outward: millimetres under the tumour, metres under the feet. */
import { useEffect, useMemo } from "react";
import { DoubleSide, PlaneGeometry, ShaderMaterial } from "three";

const vertexShader = /* glsl */ `
  uniform float reach;
  varying vec2 at;
  void main() {
    at = position.xy * reach;
    gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  }`;

const fragmentShader = /* glsl */ `
  uniform float cell;
  uniform float reach;
  varying vec2 at;

  float lines(float size) {
    vec2 place = at / size;
    vec2 width = fwidth(place);
    vec2 near = abs(fract(place - 0.5) - 0.5) / width;
    float line = 1.0 - min(min(near.x, near.y), 1.0);
    return line * clamp(0.35 / max(width.x, width.y), 0.0, 1.0);
  }

  void main() {
    float fade = 1.0 - smoothstep(0.15, 1.0, length(at) / reach);
    float strength = max(0.16 * lines(cell), 0.42 * lines(10.0 * cell));
    gl_FragColor = vec4(0.62, 0.72, 0.86, strength * fade);
    #include <colorspace_fragment>
  }`;

/** `cell` is one square, every tenth line is stronger; `reach` is where it has faded. In metres. */
export function Grid({ cell, reach, y }: { cell: number; reach: number; y: number }) {
  const geometry = useMemo(() => new PlaneGeometry(2, 2), []);
  const material = useMemo(
    () =>
      new ShaderMaterial({
        vertexShader,
        fragmentShader,
        uniforms: { cell: { value: cell }, reach: { value: reach } },
        transparent: true,
        depthWrite: false,
        side: DoubleSide,
      }),
    [cell, reach],
  );
  useEffect(() => () => geometry.dispose(), [geometry]);
  useEffect(() => () => material.dispose(), [material]);
  return (
    <mesh
      name="grid"
      renderOrder={-1}
      geometry={geometry}
      material={material}
      rotation-x={-Math.PI / 2}
      position-y={y}
      scale={reach}
      raycast={() => undefined}
      pointerEvents="none"
    />
  );
}
