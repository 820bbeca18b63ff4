/** One frame at its own resolution, with the mask's outline. */
import { DataTexture, DoubleSide, GLSL3, LinearFilter, RedFormat, ShaderMaterial } from "three";
import type { Levels } from "../state/levels";
import { maskBytes, type Slice } from "../state/slices";
import { levelsUniform, OPACITY_AROUND, sliceGlsl, sliceUniforms } from "./sliceShader";

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
  in vec2 place;
  out vec4 colour;

  float greyAt(vec2 at) { return texture(grey, at).r; }
  float inside(vec2 at) { return texture(mask, at).r; }
  ${sliceGlsl("vec2")}

  void main() {
    colour = linearToOutputTexel(sliceAt(place));
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
        ...sliceUniforms(),
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
    this.#uniform("around").value = maskBits === null ? 1 : OPACITY_AROUND;
  }

  /** Draw with this window, with or without the outline. */
  draw(levels: Levels, isOutlined: boolean): void {
    this.#uniform("levels").value = levelsUniform(levels);
    this.#uniform("outlined").value = isOutlined && this.#shown?.maskBits != null;
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
