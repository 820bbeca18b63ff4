/** A plane through the scan as its 3D texture has it: for a frame that has not come. */
import { DoubleSide, GLSL3, Matrix4, ShaderMaterial } from "three";
import type { SampledVolume } from "./volumeTexture";

const vertexShader = /* glsl */ `
  uniform mat4 textureFromIndex;
  uniform mat4 indexFromPlane;
  out vec3 place;
  void main() {
    place = (textureFromIndex * indexFromPlane * vec4(position, 1.0)).xyz;
    gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  }`;

const fragmentShader = /* glsl */ `
  precision highp float;
  precision highp sampler3D;
  uniform sampler3D volume;
  uniform float opacity;
  in vec3 place;
  out vec4 colour;
  void main() {
    vec3 level = sRGBTransferEOTF(vec4(texture(volume, place).rrr, 1.0)).rgb;
    colour = linearToOutputTexel(vec4(level, opacity));
  }`;

export class VolumeSliceMaterial extends ShaderMaterial {
  constructor() {
    super({
      glslVersion: GLSL3,
      vertexShader,
      fragmentShader,
      side: DoubleSide,
      transparent: true,
      uniforms: {
        volume: { value: null },
        textureFromIndex: { value: new Matrix4() },
        indexFromPlane: { value: new Matrix4() },
        opacity: { value: 1 },
      },
    });
  }

  /** Show a plane whose vertices `indexFromPlane` takes to voxel indices (x, y, z). */
  show({ texture, textureFromIndex }: SampledVolume, indexFromPlane: Matrix4, opacity: number): void {
    const values = { volume: texture, textureFromIndex, indexFromPlane, opacity };
    for (const [name, value] of Object.entries(values)) this.uniforms[name]!.value = value;
    this.uniformsNeedUpdate = true;
  }
}
