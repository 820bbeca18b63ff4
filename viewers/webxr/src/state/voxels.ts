/** The faces of a mask's voxels that can be seen from outside, as triangles. */
import { createStore } from "zustand/vanilla";
import type { Slice } from "./slices";
import type { Triple } from "./volume";

export interface VoxelFaces {
  /** Corners in blocks from `first`, x, y, z; four a face. */
  positions: Uint16Array<ArrayBuffer>;
  /** −1, 0 or 1, four the same a face. */
  normals: Int8Array<ArrayBuffer>;
  /** Two triangles a face, counter-clockwise from outside in a right-handed lattice. */
  indices: Uint32Array<ArrayBuffer>;
  /** Voxels of the scan along x, y and z that are drawn as one. */
  block: Triple;
  /** Voxel index (x, y, z) of the lowest corner of the first block: a half less than its voxel's. */
  first: Triple;
}

/** What of them is drawn; null while none are. */
export const drawnVoxels = createStore<{ drawn: { faces: number; block: Triple } | null }>(() => ({ drawn: null }));

/** Says that voxels are drawn together; null where each is drawn by itself. */
export function blockWords({ drawn }: { drawn: { block: Triple } | null }): string | null {
  if (drawn === null || drawn.block.every((n) => n === 1)) return null;
  return `${drawn.block.join(" × ")} voxels (x × y × z) drawn as one`;
}

export type Masked = Pick<Slice, "frame" | "width" | "height" | "maskBits">;

const CORNERS = [
  // for each of −x, +x, −y, +y, −z, +z
  [[0, 0, 0], [0, 0, 1], [0, 1, 1], [0, 1, 0]],
  [[1, 0, 0], [1, 1, 0], [1, 1, 1], [1, 0, 1]],
  [[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1]],
  [[0, 1, 0], [0, 1, 1], [1, 1, 1], [1, 1, 0]],
  [[0, 0, 0], [0, 1, 0], [1, 1, 0], [1, 0, 0]],
  [[0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]],
] as const satisfies readonly (readonly Triple[])[];

/** Blocks inside or not, x the fastest, with one empty layer on every side. */
interface Occupied {
  size: Triple;
  inside: Uint8Array;
  first: Triple;
  block: Triple;
}

/**
 * Find them a little at a time: run it on, and give the page its time in between.
 *
 * @param frames those that have tumour, each once.
 * @param spacingMm along x, y and z.
 * @param mostFaces as many as can be drawn: where there are more, voxels are drawn in blocks.
 * @returns null where nothing is tumour.
 */
export function* voxelFaces(frames: readonly Masked[], spacingMm: Triple, mostFaces: number): Generator<void, VoxelFaces | null> {
  let occupied = yield* occupiedIn(frames);
  if (occupied === null) return null;
  for (;;) {
    const count = yield* countFaces(occupied);
    if (count <= mostFaces) return yield* facesOf(occupied, count);
    occupied = halved(occupied, finestAxis(occupied.block, spacingMm));
    yield;
  }
}

function* occupiedIn(frames: readonly Masked[]): Generator<void, Occupied | null> {
  const [low, high] = [[Infinity, Infinity, Infinity], [-1, -1, -1]];
  const widen = (...at: number[]) => at.forEach((v, k) => ((low[k] = Math.min(low[k]!, v)), (high[k] = Math.max(high[k]!, v))));
  for (const { frame, width, maskBits } of frames) {
    for (const i of insideOf(maskBits)) widen(i % width, Math.floor(i / width), frame);
    yield;
  }
  if (high[0]! < 0) return null;
  const first = low.map((v) => v - 0.5) as [number, number, number];
  const size = high.map((v, k) => v - low[k]! + 3) as [number, number, number];
  const inside = new Uint8Array(size[0] * size[1] * size[2]);
  for (const { frame, width, maskBits } of frames) {
    const layer = (frame - low[2]! + 1) * size[1];
    for (const i of insideOf(maskBits)) {
      inside[(layer + Math.floor(i / width) - low[1]! + 1) * size[0] + (i % width) - low[0]! + 1] = 1;
    }
    yield;
  }
  return { size, inside, first, block: [1, 1, 1] };
}

function* insideOf(bits: Uint8Array | null): Generator<number> {
  for (let byte = 0; bits && byte < bits.length; byte += 1) {
    for (let rest = bits[byte]!, bit = 0; rest; rest = (rest << 1) & 255, bit += 1) if (rest & 128) yield 8 * byte + bit;
  }
}

/** Steps in `inside` to the six neighbours, in the order of `CORNERS`. */
function neighbours({ size: [x, y] }: Occupied): number[] {
  return [-1, 1, -x, x, -x * y, x * y];
}

function* countFaces(occupied: Occupied): Generator<void, number> {
  const { inside, size } = occupied;
  const steps = neighbours(occupied);
  const layer = size[0] * size[1];
  let count = 0;
  for (let z = 1; z < size[2] - 1; z += 1) {
    for (let i = z * layer; i < (z + 1) * layer; i += 1) {
      if (inside[i]) for (const step of steps) count += 1 - inside[i + step]!;
    }
    if (z % 16 === 0) yield;
  }
  return count;
}

function* facesOf(occupied: Occupied, count: number): Generator<void, VoxelFaces> {
  const { inside, size, first, block } = occupied;
  const [positions, normals, indices] = [new Uint16Array(12 * count), new Int8Array(12 * count), new Uint32Array(6 * count)];
  const steps = neighbours(occupied);
  let face = 0;
  for (let z = 1, i = size[0] * size[1]; z < size[2] - 1; z += 1) {
    for (let y = 0; y < size[1]; y += 1) {
      for (let x = 0; x < size[0]; x += 1, i += 1) {
        if (!inside[i]) continue;
        steps.forEach((step, side) => {
          if (!inside[i + step]) put(face++, side, x - 1, y - 1, z - 1);
        });
      }
    }
    if (z % 8 === 0) yield;
  }
  return { positions, normals, indices, block, first };

  function put(k: number, side: number, x: number, y: number, z: number): void {
    CORNERS[side]!.forEach((corner, n) => {
      const at = 12 * k + 3 * n;
      positions[at] = x + corner[0];
      positions[at + 1] = y + corner[1];
      positions[at + 2] = z + corner[2];
      normals[at + (side >> 1)] = side % 2 ? 1 : -1;
    });
    [0, 1, 2, 0, 2, 3].forEach((corner, n) => (indices[6 * k + n] = 4 * k + corner));
  }
}

/** Two blocks along an axis as one, which is inside where either is: no thin part vanishes. */
function halved({ size, inside, first, block }: Occupied, axis: 0 | 1 | 2): Occupied {
  const less = size.map((n, k) => (k === axis ? Math.ceil((n - 2) / 2) + 2 : n)) as [number, number, number];
  const into = new Uint8Array(less[0] * less[1] * less[2]);
  const at = (n: number, k: number) => (k === axis ? (n + 1) >> 1 : n);
  for (let z = 0, i = 0; z < size[2]; z += 1) {
    for (let y = 0; y < size[1]; y += 1) {
      const row = (at(z, 2) * less[1] + at(y, 1)) * less[0];
      for (let x = 0; x < size[0]; x += 1, i += 1) if (inside[i]) into[row + at(x, 0)] = 1;
    }
  }
  return { size: less, inside: into, first, block: block.map((b, k) => (k === axis ? 2 * b : b)) as [number, number, number] };
}

/** The axis along which a block is shortest. */
function finestAxis(block: Triple, spacingMm: Triple): 0 | 1 | 2 {
  const lengths = block.map((b, k) => b * spacingMm[k]!);
  return lengths.indexOf(Math.min(...lengths)) as 0 | 1 | 2;
}
