/** A scan's grey levels as a whole: coarse as they came, and where samples lie in its voxels. */
import { Matrix4 } from "three";
import type { VolumeData } from "../protocol.gen";
import { maskBytes, type Slice } from "./slices";

/** Along x, y and z. */
export type Triple = readonly [number, number, number];

/** Where samples lie: number k has its centre at voxel index `first + k step`. */
export interface Lattice {
  size: Triple;
  step: Triple;
  first: Triple;
}

export interface CoarseVolume {
  lattice: Lattice;
  /** Of what follows, as it was sent. */
  sha256: string;
  /** A byte a sample, x the fastest, z the slowest. */
  grey: Uint8Array<ArrayBuffer>;
}

export function coarseFrom({ shape, step, first, sha256 }: VolumeData, payload: Uint8Array): CoarseVolume {
  const lattice = { size: turned(shape), step: turned(step), first: turned(first) };
  return { lattice, sha256, grey: new Uint8Array(payload) };
}

/**
 * The lattice of a scan at its own resolution, halved within frames until it fits.
 *
 * @param shape voxels along (z, y, x).
 * @returns null where it has more frames than a side may be long, or is too large all the same.
 */
export function fineLattice(shape: Triple, longestSide: number, mostSamples: number): Lattice | null {
  const [z, y, x] = shape;
  if (z > longestSide || z > mostSamples) return null;
  let pixels = 1;
  const halved = (n: number) => Math.ceil(n / pixels);
  while (Math.max(halved(x), halved(y)) > longestSide || halved(x) * halved(y) * z > mostSamples) pixels *= 2;
  const first = (pixels - 1) / 2;
  return { size: [halved(x), halved(y), z], step: [pixels, pixels, 1], first: [first, first, 0] };
}

/** Takes a voxel index (x, y, z, 1) to where a 3D texture of these samples has it, 0 to 1. */
export function textureFromIndex({ size, step, first }: Lattice): Matrix4 {
  const at = (k: 0 | 1 | 2) => (0.5 - first[k] / step[k]) / size[k];
  return new Matrix4()
    .makeScale(1 / (size[0] * step[0]), 1 / (size[1] * step[1]), 1 / (size[2] * step[2]))
    .setPosition(at(0), at(1), at(2));
}

/** A frame's pixels as a texture's layer has them: for each sample its grey level, then 255 in the mask, else 0. */
export function layerOf({ grey, maskBits, width, height }: Pick<Slice, "grey" | "maskBits" | "width" | "height">, lattice: Lattice): Uint8Array<ArrayBuffer> {
  const levels = blockMeans(grey, width, height, lattice);
  const inside = maskBits && blockMeans(maskBytes(maskBits, width * height), width, height, lattice);
  const layer = new Uint8Array(2 * levels.length);
  for (let i = 0; i < levels.length; i += 1) {
    layer[2 * i] = levels[i] ?? 0;
    layer[2 * i + 1] = inside?.[i] ?? 0;
  }
  return layer;
}

/** Means of a layer's blocks; the pixels themselves where a block is one. */
function blockMeans(pixels: Uint8Array, width: number, height: number, { size, step }: Lattice): Uint8Array {
  const side = step[0];
  if (side === 1) return pixels;
  const means = new Uint8Array(size[0] * size[1]);
  for (let j = 0, k = 0; j < size[1]; j += 1) {
    for (let i = 0; i < size[0]; i += 1, k += 1) means[k] = mean(pixels, width, height, i * side, j * side, side);
  }
  return means;
}

/** Of a square, which the frame's last pixels go on in beyond its end. */
function mean(pixels: Uint8Array, width: number, height: number, left: number, top: number, side: number): number {
  let sum = 0;
  for (let y = top; y < top + side; y += 1) {
    const row = Math.min(y, height - 1) * width;
    for (let x = left; x < left + side; x += 1) sum += pixels[row + Math.min(x, width - 1)] ?? 0;
  }
  return Math.round(sum / (side * side));
}

function turned([z, y, x]: Triple): Triple {
  return [x, y, z];
}
