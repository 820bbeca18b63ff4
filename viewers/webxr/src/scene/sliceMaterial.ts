/**
 * One frame as grey levels with the mask's outline on it, drawn to a width in screen pixels.
 *
 * The outline is where the mask, taken between pixel centres as a slope from 0 to 1, is one half;
 * its distance in screen pixels is the value's difference from one half over its screen gradient.
 */
import { Color, DataTexture, DoubleSide, GLSL3, LinearFilter, RedFormat, ShaderMaterial } from "three";
import { maskBytes, type Slice } from "../state/slices";

export const OUTLINE_COLOUR = "#ffb000";
const OUTLINE_PX = 1.5;
/** Outside the mask the far half of the tumour shines through. */
export const OPACITY_AROUND = 0.5;

const vertexShader = /* glsl */ `
  out vec2 place;
  void main() {
    place = uv;
    gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  }`;

const fragmentShader = /* glsl */ `
  precision highp float;
  uniform sampler2D grey;
  uniform sampler2D mask;
  uniform bool outlined;
  uniform vec3 outline;
  uniform float widthPx;
  uniform float around;
  in vec2 place;
  out vec4 colour;

  float inside(vec2 at) { return texture(mask, at).r; }

  float outlineAt(vec2 at) {
    vec2 right = 0.75 * dFdx(at);
    vec2 up = 0.75 * dFdy(at);
    float value = (inside(at) + inside(at + right) + inside(at - right) + inside(at + up) + inside(at - up)) / 5.0;
    vec2 slope = vec2(inside(at + right) - inside(at - right), inside(at + up) - inside(at - up)) / 1.5;
    float px = abs(value - 0.5) / max(length(slope), 1e-4);
    return 1.0 - smoothstep(0.5 * widthPx - 0.5, 0.5 * widthPx + 0.5, px);
  }

  void main() {
    vec3 level = sRGBTransferEOTF(vec4(texture(grey, place).rrr, 1.0)).rgb;
    float line = outlined ? outlineAt(place) : 0.0;
    float solid = outlined ? mix(around, 1.0, step(0.5, inside(place))) : 1.0;
    colour = linearToOutputTexel(vec4(mix(level, outline, line), max(solid, line)));
  }`;

export class SliceMaterial extends ShaderMaterial {
  #shown: Slice | null = null;

  constructor() {
    super({
      glslVersion: GLSL3,
      vertexShader,
      fragmentShader,
      side: DoubleSide,
      transparent: true,
      uniforms: {
        grey: { value: texture(1, 1) },
        mask: { value: texture(1, 1) },
        outlined: { value: false },
        outline: { value: new Color(OUTLINE_COLOUR) },
        widthPx: { value: OUTLINE_PX },
        around: { value: OPACITY_AROUND },
      },
    });
  }

  /** Put a frame on the graphics card, in the place of the one before. */
  show(slice: Slice): void {
    if (slice === this.#shown) return;
    this.#shown = slice;
    const { width, height, grey, maskBits } = slice;
    this.#fill("grey", new Uint8Array(grey), width, height);
    if (maskBits) this.#fill("mask", maskBytes(maskBits, width * height), width, height);
    this.#uniform("outlined").value = maskBits !== null;
  }

  override dispose(): void {
    for (const name of ["grey", "mask"]) (this.#uniform(name).value as DataTexture).dispose();
    super.dispose();
  }

  #fill(name: string, bytes: Uint8Array<ArrayBuffer>, width: number, height: number): void {
    const uniform = this.#uniform(name);
    let held = uniform.value as DataTexture;
    if (held.image.width !== width || held.image.height !== height) {
      held.dispose();
      held = uniform.value = texture(width, height);
    }
    held.image.data = bytes;
    held.needsUpdate = true;
  }

  #uniform(name: string): { value: unknown } {
    const uniform = this.uniforms[name];
    if (!uniform) throw new Error(`expected a uniform of the slice's shader, got ${name}`);
    return uniform;
  }
}

function texture(width: number, height: number): DataTexture {
  const made = new DataTexture(new Uint8Array(width * height), width, height, RedFormat);
  made.minFilter = made.magFilter = LinearFilter;
  made.unpackAlignment = 1;
  return made;
}
