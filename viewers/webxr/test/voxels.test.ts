import { describe, expect, it } from "vitest";
import { type Masked, type VoxelFaces, voxelFaces } from "../src/state/voxels";
import { seeded } from "./seeded";

const [WIDTH, HEIGHT, FRAMES] = [13, 11, 9];
const EVEN = [1, 1, 1] as const;

/** Frames of a mask that is true where `inside(x, y, z)`. */
function masked(inside: (x: number, y: number, z: number) => boolean): Masked[] {
  return Array.from({ length: FRAMES }, (_, frame) => {
    const maskBits = new Uint8Array(Math.ceil((WIDTH * HEIGHT) / 8));
    for (let i = 0; i < WIDTH * HEIGHT; i += 1) {
      if (inside(i % WIDTH, Math.floor(i / WIDTH), frame)) maskBits[i >> 3]! |= 128 >> (i & 7);
    }
    return { frame, width: WIDTH, height: HEIGHT, maskBits };
  });
}

function found(frames: Masked[], mostFaces = Infinity, spacing: readonly [number, number, number] = EVEN): VoxelFaces | null {
  const finding = voxelFaces(frames, spacing, mostFaces);
  for (;;) {
    const { done, value } = finding.next();
    if (done) return value;
  }
}

/** Enclosed by the triangles, in voxels, by the divergence theorem: positive where they face outward. */
function volumeOf({ positions, indices, block }: VoxelFaces): number {
  const at = (n: number) => [0, 1, 2].map((k) => positions[3 * indices[n]! + k]! * block[k]!) as [number, number, number];
  let six = 0;
  for (let n = 0; n < indices.length; n += 3) {
    const [[ax, ay, az], [bx, by, bz], [cx, cy, cz]] = [at(n), at(n + 1), at(n + 2)];
    six += ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
  }
  return six / 6;
}

describe("the faces of voxels", () => {
  it("are six of one, at its place, each facing outward", () => {
    const faces = found(masked((x, y, z) => x === 4 && y === 5 && z === 6))!;
    expect(faces.indices.length).toBe(36);
    expect([faces.first, faces.block]).toEqual([[3.5, 4.5, 5.5], [1, 1, 1]]);
    expect(Math.max(...faces.positions)).toBe(1);
    for (let k = 0; k < 6; k += 1) {
      const normal = [...faces.normals.subarray(12 * k, 12 * k + 3)];
      const middle = [0, 1, 2].map((axis) => [0, 1, 2, 3].reduce((sum, n) => sum + faces.positions[12 * k + 3 * n + axis]! / 4, 0) - 0.5);
      expect(middle.map((v) => 2 * v)).toEqual(normal);
    }
  });

  it("enclose as many voxels as the mask has, whatever its shape", () => {
    const random = seeded(3);
    for (let round = 0; round < 40; round += 1) {
      const share = random();
      const cells = new Set(Array.from({ length: WIDTH * HEIGHT * FRAMES }, (_, i) => i).filter(() => random() < share));
      if (cells.size === 0) continue;
      const faces = found(masked((x, y, z) => cells.has((z * HEIGHT + y) * WIDTH + x)))!;
      expect(volumeOf(faces)).toBeCloseTo(cells.size, 6);
    }
  });

  it("are of blocks where there are too many, along the finest axis first", () => {
    const whole = masked(() => true);
    const all = found(whole)!;
    const fewer = found(whole, all.indices.length / 6 - 1, [0.1, 0.2, 0.2])!;
    expect(fewer.block).toEqual([2, 1, 1]);
    expect(fewer.indices.length).toBeLessThan(all.indices.length);
    expect(found(whole, 6)!.indices.length / 6).toBeLessThanOrEqual(6);
  });

  it("are none of nothing", () => {
    expect(found(masked(() => false))).toBeNull();
    expect(found([{ frame: 0, width: WIDTH, height: HEIGHT, maskBits: null }])).toBeNull();
  });
});
