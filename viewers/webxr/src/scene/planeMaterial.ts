/**
 * A plane through the scan as its 3D texture has it, with the mask's outline: for the probe, for the
 * three planes, and for a frame that has not come. Nothing is drawn beyond the scan's voxels.
 */
import { Color, DoubleSide, GLSL3, Matrix4, ShaderMaterial } from "three";
import type { Levels } from "../state/levels";
import { levelsUniform, sliceGlsl, sliceUniforms } from "./sliceShader";
import type { SampledVolume } from "./volumeTexture";

export interface PlaneLook {
  /** Metres of the plane, or whatever its vertices are in, → voxel index (x, y, z). */
  indexFromPlane: Matrix4;
  levels: Levels;
  isOutlined: boolean;
  /** Opacity outside the mask, 0 to 1. */
  around: number;
}

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
  uniform vec3 rim;
  uniform float rimPx;
  uniform bool isPicture;
  in vec3 place;
  out vec4 colour;

  float greyAt(vec3 at) { return texture(volume, at).r; }
  float inside(vec3 at) { return texture(volume, at).g; }
  ${sliceGlsl("vec3")}

  void main() {
    vec3 withinPx = min(place, 1.0 - place) / max(fwidth(place), 1e-6);
    float px = min(withinPx.x, min(withinPx.y, withinPx.z));
    if (px < (isPicture ? 0.0 : -0.75)) discard; // a screen's samples may lie beyond the edge
    vec4 slice = sliceAt(place);
    float edge = 1.0 - smoothstep(rimPx - 0.5, rimPx + 0.5, px);
    slice = mix(slice, vec4(rim, 1.0), rimPx > 0.0 ? edge : 0.0);
    colour = isPicture ? sRGBTransferOETF(slice) : linearToOutputTexel(slice);
  }`;

export class PlaneMaterial extends ShaderMaterial {
  /**
   * @param rim colour of a line at the edge of the scan's voxels; none is drawn without.
   * @param isPicture whether it is drawn to be read back, in bytes as they are shown.
   */
  constructor({ rim = "", isPicture = false } = {}) {
    super({
      glslVersion: GLSL3,
      vertexShader,
      fragmentShader,
      side: DoubleSide,
      transparent: true,
      uniforms: {
        ...sliceUniforms(),
        volume: { value: null },
        textureFromIndex: { value: new Matrix4() },
        indexFromPlane: { value: new Matrix4() },
        rim: { value: new Color(rim || "black") },
        rimPx: { value: rim ? 1.5 : 0 },
        isPicture: { value: isPicture },
      },
    });
  }

  show({ texture, textureFromIndex }: SampledVolume, { indexFromPlane, levels, isOutlined, around }: PlaneLook): void {
    const values = { volume: texture, textureFromIndex, indexFromPlane, around };
    for (const [name, value] of Object.entries(values)) this.uniforms[name]!.value = value;
    this.uniforms["levels"]!.value = levelsUniform(levels);
    this.uniforms["outlined"]!.value = isOutlined;
    this.uniformsNeedUpdate = true;
  }
}
