/** Glass: clear where it faces the eye, bright at the rim. Heeds clipping planes. */
import { Color, ShaderMaterial } from "three";

const vertexShader = /* glsl */ `
  #include <clipping_planes_pars_vertex>
  varying vec3 facing;
  varying vec3 toEye;
  void main() {
    vec4 mvPosition = modelViewMatrix * vec4(position, 1.0);
    facing = normalMatrix * normal;
    toEye = -mvPosition.xyz;
    gl_Position = projectionMatrix * mvPosition;
    #include <clipping_planes_vertex>
  }`;

const fragmentShader = /* glsl */ `
  #include <clipping_planes_pars_fragment>
  uniform vec3 tint;
  varying vec3 facing;
  varying vec3 toEye;
  void main() {
    #include <clipping_planes_fragment>
    float rim = 1.0 - abs(dot(normalize(facing), normalize(toEye)));
    gl_FragColor = vec4(tint, mix(0.05, 0.7, pow(rim, 2.8)));
    #include <colorspace_fragment>
  }`;

export class GhostMaterial extends ShaderMaterial {
  constructor(tint: string) {
    super({
      vertexShader,
      fragmentShader,
      uniforms: { tint: { value: new Color(tint) } },
      transparent: true,
      depthWrite: false,
      clipping: true,
    });
  }
}
