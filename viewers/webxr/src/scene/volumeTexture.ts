/**
 * A scan as one 3D texture, its grey levels and its mask: coarse and without the mask at first, then
 * as fine as its frames.
 *
 * The fine texture is drawn from the coarse one on the graphics card, and takes each frame that
 * comes into its layer. What is done at once is bounded, so that a headset goes on drawing.
 */
import {
  Data3DTexture,
  DataTexture,
  LinearFilter,
  type Matrix4,
  RedFormat,
  RGFormat,
  UnsignedByteType,
  Vector3,
  WebGL3DRenderTarget,
  type WebGLRenderer,
} from "three";
import type { Slice, SliceCache } from "../state/slices";
import { type CoarseVolume, fineLattice, type Lattice, layerOf, textureFromIndex, type Triple } from "../state/volume";
import { LayerPainter } from "./layerPainter";

/** Two bytes each. */
const MOST_SAMPLES = 64 << 20;
const LAYERS_PAINTED_AT_ONCE = 32;
const LAYERS_TAKEN_AT_ONCE = 4;
const BYTES = { type: UnsignedByteType, minFilter: LinearFilter, magFilter: LinearFilter } as const;

/**
 * What a shader needs: `texture(volume, (textureFromIndex * vec4(index, 1)).xyz)`, index (x, y, z), has
 * the grey level in `r`, and in `g` 1 in the mask, 0 outside and in frames that have not come.
 */
export interface SampledVolume {
  texture: Data3DTexture;
  textureFromIndex: Matrix4;
}

export class VolumeTexture {
  readonly #coarse: Data3DTexture;
  readonly #coarseLattice: Lattice;
  readonly #fineLattice: Lattice | null;
  #fine: WebGL3DRenderTarget | null = null;
  #painter: LayerPainter | null = null;
  #painted = 0;
  /** Digest of the frame in each layer of the fine texture. */
  readonly #taken = new Map<number, string>();
  #sampled: SampledVolume;
  /** Of the frames at the last look, when nothing was left to take. */
  #seen = -1;

  /** @param shape voxels of the scan along (z, y, x). */
  constructor(
    private readonly shape: Triple,
    { lattice, grey }: CoarseVolume,
    longestSide: number,
    mostSamples = MOST_SAMPLES,
  ) {
    this.#coarseLattice = lattice;
    this.#coarse = Object.assign(new Data3DTexture(grey, ...lattice.size), BYTES, { format: RedFormat, needsUpdate: true });
    this.#sampled = { texture: this.#coarse, textureFromIndex: textureFromIndex(lattice) };
    this.#fineLattice = fineLattice(shape, longestSide, mostSamples);
  }

  /** The finest there is of all frames. */
  get sampled(): SampledVolume {
    return this.#sampled;
  }

  /** Frames that are there as fine as they will be. */
  get framesTaken(): number {
    return this.#taken.size;
  }

  /** Whether every frame is. */
  get isComplete(): boolean {
    return this.#taken.size === this.shape[0];
  }

  /** Whether `work` has something to do. */
  isBehind(slices: SliceCache): boolean {
    return this.#fineLattice !== null && this.#seen !== slices.version;
  }

  /** Do some of what there is to do, for the frames nearest to the one looked at first. */
  work(renderer: WebGLRenderer, slices: SliceCache, lookedAt: number): void {
    const lattice = this.#fineLattice;
    if (lattice === null || !this.isBehind(slices)) return;
    if (this.#painted < lattice.size[2]) this.#paint(renderer, lattice);
    else this.#takeSome(renderer, slices, lookedAt, lattice);
  }

  dispose(): void {
    this.#coarse.dispose();
    this.#painter?.dispose();
    this.#fine?.dispose();
  }

  #paint(renderer: WebGLRenderer, lattice: Lattice): void {
    this.#fine ??= new WebGL3DRenderTarget(...lattice.size, { ...BYTES, format: RGFormat, depthBuffer: false });
    this.#painter ??= new LayerPainter(this.#coarse, this.#coarseLattice, lattice);
    const end = Math.min(this.#painted + LAYERS_PAINTED_AT_ONCE, lattice.size[2]);
    this.#painter.paint(renderer, this.#fine, this.#painted, end);
    this.#painted = end;
    if (end < lattice.size[2]) return;
    this.#sampled = { texture: this.#fine.texture as Data3DTexture, textureFromIndex: textureFromIndex(lattice) };
    this.#painter.dispose();
    this.#coarse.dispose();
  }

  #takeSome(renderer: WebGLRenderer, slices: SliceCache, lookedAt: number, lattice: Lattice): void {
    const { version } = slices;
    const missing = [...slices.all()].filter(({ frame, sha256 }) => this.#taken.get(frame) !== sha256);
    missing.sort((a, b) => Math.abs(a.frame - lookedAt) - Math.abs(b.frame - lookedAt));
    for (const slice of missing.slice(0, LAYERS_TAKEN_AT_ONCE)) this.#take(renderer, slice, lattice);
    if (missing.length <= LAYERS_TAKEN_AT_ONCE) this.#seen = version;
  }

  #take(renderer: WebGLRenderer, slice: Slice, lattice: Lattice): void {
    const [columns, rows] = lattice.size;
    const layer = new DataTexture(layerOf(slice, lattice), columns, rows, RGFormat);
    renderer.copyTextureToTexture(layer, this.#sampled.texture, null, new Vector3(0, 0, slice.frame));
    this.#taken.set(slice.frame, slice.sha256);
  }
}
