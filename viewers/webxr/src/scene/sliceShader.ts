/**
 * What frames and planes through the volume have in common: grey levels within a window, and the
 * mask's outline on them, drawn to a width in screen pixels.
 *
 * The outline is where the mask, taken between pixel centres as a slope from 0 to 1, is one half;
 * its distance in screen pixels is the value's difference from one half over its screen gradient.
 */
import { Color, Vector2 } from "three";
import { ALL_LEVELS, type Levels } from "../state/levels";

export const OUTLINE_COLOUR = "#ffb000";
const OUTLINE_PX = 1.5;
/** Outside the mask the far half of the tumour shines through. */
export const OPACITY_AROUND = 0.5;

/** GLSL of `vec4 sliceAt(P at)`; wants `float greyAt(P at)` and `float inside(P at)` before it. */
export function sliceGlsl(P: "vec2" | "vec3"): string {
  return /* glsl */ `
  uniform bool outlined;
  uniform vec3 outline;
  uniform float widthPx;
  uniform float around;
  uniform vec2 levels;

  float outlineAt(${P} at) {
    ${P} right = 0.75 * dFdx(at);
    ${P} up = 0.75 * dFdy(at);
    float value = (inside(at) + inside(at + right) + inside(at - right) + inside(at + up) + inside(at - up)) / 5.0;
    vec2 slope = vec2(inside(at + right) - inside(at - right), inside(at + up) - inside(at - up)) / 1.5;
    float px = abs(value - 0.5) / max(length(slope), 1e-4);
    return 1.0 - smoothstep(0.5 * widthPx - 0.5, 0.5 * widthPx + 0.5, px);
  }

  vec4 sliceAt(${P} at) {
    float shown = clamp((greyAt(at) - levels.x) / (levels.y - levels.x), 0.0, 1.0);
    vec3 level = sRGBTransferEOTF(vec4(vec3(shown), 1.0)).rgb;
    float line = outlined ? outlineAt(at) : 0.0;
    float solid = max(around, step(0.5, inside(at)));
    return vec4(mix(level, outline, line), max(solid, line));
  }`;
}

/** The uniforms that it reads. */
export function sliceUniforms() {
  return {
    outlined: { value: false },
    outline: { value: new Color(OUTLINE_COLOUR) },
    widthPx: { value: OUTLINE_PX },
    around: { value: 1 },
    levels: { value: levelsUniform(ALL_LEVELS) },
  };
}

export function levelsUniform({ black, white }: Levels): Vector2 {
  return new Vector2(black / 255, white / 255);
}
