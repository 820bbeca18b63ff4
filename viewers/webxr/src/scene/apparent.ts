/**
 * Lines, dots and words keep their size before the eye, however near they are: they are drawn in
 * pixels of a screen, or, in a headset, in as much of an angle as reads well at arm's length.
 */
import { type IUniform, PerspectiveCamera } from "three";
import type { RootState } from "@react-three/fiber";

/** Of a "pixel" in a headset: a line of words of 15 takes 1.1°. */
const IN_A_HEADSET_RAD = 0.0013;

/** What all their shaders share; `pixel` is the angle of one. */
export const apparent: { pixel: IUniform<number> } = { pixel: { value: 1e-3 } };

export function setApparent({ gl, camera, size }: Pick<RootState, "gl" | "camera" | "size">): void {
  if (gl.xr.isPresenting) apparent.pixel.value = IN_A_HEADSET_RAD;
  else if (camera instanceof PerspectiveCamera) {
    apparent.pixel.value = (2 * Math.tan((camera.fov * Math.PI) / 360)) / size.height;
  }
}

/** Moves a vertex of view coordinates aside by pixels, and a little before what it lies on. */
export const ASIDE = /* glsl */ `
  uniform float pixel;
  vec4 aside(vec3 place, vec2 px, float beforePx) {
    float unit = pixel * -place.z;
    vec4 there = projectionMatrix * vec4(place.xy + px * unit, place.z, 1.0);
    vec4 before = projectionMatrix * vec4(0.0, 0.0, min(place.z + beforePx * unit, -1e-4), 1.0);
    there.z = before.z / before.w * there.w;
    return there;
  }`;
