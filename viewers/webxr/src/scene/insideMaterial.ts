/**
 * The ultrasound within the mask as a body of light: rays are marched through the 3D texture.
 *
 * It is drawn on the far sides of a box whose corners are 0 and 1, so that the eye may be in it. Steps are of
 * one length in mm: a ray that passes through little takes few, takes longer ones outside the mask,
 * and ends where nothing behind would be seen.
 */
import { BackSide, type Data3DTexture, GLSL3, Matrix4, ShaderMaterial, Vector3, Vector4 } from "three";
import { ALL_LEVELS, type Levels } from "../state/levels";
import { levelsUniform } from "./sliceShader";

export interface InsideLook {
  textureFromBox: Matrix4;
  /** Of the box along x, y and z. */
  sizeMm: Vector3;
  /** What is kept lies where `xyz · place + w > 0`, in the box's coordinates. */
  kept: Vector4;
  levels: Levels;
  /** Along the box's diagonal. */
  steps: number;
}

const vertexShader = /* glsl */ `
  out vec3 exitPoint;
  flat out vec3 eye;
  void main() {
    exitPoint = position;
    eye = (inverse(modelMatrix) * vec4(cameraPosition, 1.0)).xyz;
    gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  }`;

const fragmentShader = /* glsl */ `
  precision highp float;
  precision highp sampler3D;
  uniform sampler3D volume;
  uniform mat4 textureFromBox;
  uniform vec3 sizeMm;
  uniform vec4 kept;
  uniform vec2 levels;
  uniform int steps;
  in vec3 exitPoint;
  flat in vec3 eye;
  out vec4 colour;

  const vec3 FAINT = vec3(0.09, 0.008, 0.006);
  const vec3 MIDDLE = vec3(0.62, 0.11, 0.05);
  const vec3 BRIGHT = vec3(1.0, 0.93, 0.8);
  const float DENSITY_A_MM = 0.05;
  const float ECHO_DENSITY_A_MM = 5.0;
  const float ENOUGH = 0.97;
  const int STRIDE_OUTSIDE = 2;

  // Jorge Jimenez, "Next Generation Post Processing in Call of Duty: Advanced Warfare" (2014)
  float gradientNoise(vec2 pixel) { return fract(52.9829189 * fract(dot(pixel, vec2(0.06711056, 0.00583715)))); }

  void main() {
    vec3 along = exitPoint - eye;
    vec3 a = -eye / along;
    vec3 b = (1.0 - eye) / along;
    vec3 enters = min(a, b);
    float from = max(max(enters.x, max(enters.y, enters.z)), 0.0);
    float to = 1.0;
    float height = dot(kept.xyz, eye) + kept.w;
    float slope = dot(kept.xyz, along);
    if (abs(slope) < 1e-9) { if (height <= 0.0) discard; }
    else if (slope > 0.0) from = max(from, -height / slope);
    else to = min(to, -height / slope);
    if (from >= to) discard;

    float stepMm = length(sizeMm) / float(steps);
    float stride = stepMm / length(along * sizeMm);
    vec3 light = vec3(0.0);
    float covered = 0.0;
    float t = from + stride * gradientNoise(gl_FragCoord.xy);
    for (int i = 0; i < steps && t < to; i += 1) {
      vec2 sampled = texture(volume, (textureFromBox * vec4(eye + t * along, 1.0)).xyz).rg;
      if (sampled.g < 0.05) {
        t += float(STRIDE_OUTSIDE) * stride;
        continue;
      }
      float echo = clamp((sampled.r - levels.x) / (levels.y - levels.x), 0.0, 1.0);
      float density = sampled.g * (DENSITY_A_MM + ECHO_DENSITY_A_MM * echo * echo * echo);
      float opacity = (1.0 - exp(-density * stepMm)) * (1.0 - covered);
      light += opacity * mix(mix(FAINT, MIDDLE, min(2.0 * echo, 1.0)), BRIGHT, max(2.0 * echo - 1.0, 0.0));
      covered += opacity;
      if (covered > ENOUGH) break;
      t += stride;
    }
    if (covered < 0.004) discard;
    colour = linearToOutputTexel(vec4(light / covered, covered));
    colour.rgb *= covered;
  }`;

export class InsideMaterial extends ShaderMaterial {
  constructor() {
    super({
      glslVersion: GLSL3,
      vertexShader,
      fragmentShader,
      side: BackSide,
      transparent: true,
      premultipliedAlpha: true,
      depthWrite: false,
      uniforms: {
        volume: { value: null },
        textureFromBox: { value: new Matrix4() },
        sizeMm: { value: new Vector3(1, 1, 1) },
        kept: { value: new Vector4(0, 0, 0, 1) },
        levels: { value: levelsUniform(ALL_LEVELS) },
        steps: { value: 1 },
      },
    });
  }

  show(volume: Data3DTexture, { levels, ...look }: InsideLook): void {
    const values = { ...look, volume, levels: levelsUniform(levels) };
    for (const [name, value] of Object.entries(values)) this.uniforms[name]!.value = value;
    this.uniformsNeedUpdate = true;
  }
}
