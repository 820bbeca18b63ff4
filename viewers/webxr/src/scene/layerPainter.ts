/** Draws a coarse 3D texture into the layers of a finer one. */
import {
  BufferAttribute,
  BufferGeometry,
  Camera,
  type Data3DTexture,
  GLSL3,
  Mesh,
  NoBlending,
  ShaderMaterial,
  type WebGL3DRenderTarget,
  type WebGLRenderer,
} from "three";
import { type Lattice, textureFromIndex } from "../state/volume";

const vertexShader = /* glsl */ `
  out vec2 place;
  void main() {
    place = 0.5 * position.xy + 0.5;
    gl_Position = vec4(position.xy, 0.0, 1.0);
  }`;

const fragmentShader = /* glsl */ `
  precision highp float;
  precision highp sampler3D;
  uniform sampler3D coarse;
  uniform mat4 coarseFromFine;
  uniform float depth;
  in vec2 place;
  out vec4 grey;
  void main() {
    grey = texture(coarse, (coarseFromFine * vec4(place, depth, 1.0)).xyz);
  }`;

export class LayerPainter {
  readonly #material: ShaderMaterial;
  readonly #triangle: Mesh<BufferGeometry, ShaderMaterial>;
  readonly #camera = new Camera();
  readonly #layers: number;

  constructor(coarse: Data3DTexture, coarseLattice: Lattice, fineLattice: Lattice) {
    const coarseFromFine = textureFromIndex(coarseLattice).multiply(textureFromIndex(fineLattice).invert());
    this.#layers = fineLattice.size[2];
    this.#material = new ShaderMaterial({
      glslVersion: GLSL3,
      vertexShader,
      fragmentShader,
      depthTest: false,
      depthWrite: false,
      blending: NoBlending,
      uniforms: { coarse: { value: coarse }, coarseFromFine: { value: coarseFromFine }, depth: { value: 0 } },
    });
    this.#triangle = new Mesh(wholeScreen(), this.#material);
    this.#triangle.frustumCulled = false;
  }

  /** Paint the layers from `first` to before `end`; what the renderer draws to is as it was. */
  paint(renderer: WebGLRenderer, target: WebGL3DRenderTarget, first: number, end: number): void {
    const before = renderer.getRenderTarget();
    const { autoClear } = renderer;
    const isXr = renderer.xr.enabled;
    renderer.autoClear = renderer.xr.enabled = false;
    for (let layer = first; layer < end; layer += 1) {
      this.#material.uniforms["depth"]!.value = (layer + 0.5) / this.#layers;
      renderer.setRenderTarget(target, layer);
      renderer.render(this.#triangle, this.#camera);
    }
    renderer.setRenderTarget(before);
    renderer.autoClear = autoClear;
    renderer.xr.enabled = isXr;
  }

  dispose(): void {
    this.#triangle.geometry.dispose();
    this.#material.dispose();
  }
}

/** One triangle that covers it. */
function wholeScreen(): BufferGeometry {
  const corners = new Float32Array([-1, -1, 0, 3, -1, 0, -1, 3, 0]);
  return new BufferGeometry().setAttribute("position", new BufferAttribute(corners, 3));
}
