import { Vector3 } from "three";
import { describe, expect, it } from "vitest";
import { coarseFrom, fineLattice, layerOf, type Lattice, textureFromIndex } from "../src/state/volume";

const MANY = 1 << 30;

/** Where the texture has the centre of sample (i, j, k). */
function centre({ size }: Lattice, ...sample: number[]): number[] {
  return sample.map((n, axis) => (n + 0.5) / (size[axis] ?? NaN));
}

function placed(lattice: Lattice, x: number, y: number, z: number): number[] {
  return new Vector3(x, y, z).applyMatrix4(textureFromIndex(lattice)).toArray();
}

function expectClose(got: number[], expected: number[]): void {
  got.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 12));
}

describe("a coarse volume", () => {
  const header = {
    type: "volume" as const, scan: "a", seq: 1, sha256: "a".repeat(64),
    shape: [5, 3, 2] as [number, number, number],
    step: [2, 4, 6] as [number, number, number],
    first: [0.5, 1.5, 2.5] as [number, number, number],
  };
  const { lattice, grey } = coarseFrom(header, new Uint8Array(30).fill(7));

  it("is turned to x, y, z, its bytes its own", () => {
    expect(lattice).toEqual({ size: [2, 3, 5], step: [6, 4, 2], first: [2.5, 1.5, 0.5] });
    expect(grey).toEqual(new Uint8Array(30).fill(7));
  });

  it("is sampled at a sample's centre where the header says that it lies", () => {
    expectClose(placed(lattice, 2.5, 1.5, 0.5), centre(lattice, 0, 0, 0));
    expectClose(placed(lattice, 8.5, 9.5, 8.5), centre(lattice, 1, 2, 4));
  });

  it("reaches over the outer edges of the scan's voxels", () => {
    expectClose(placed(lattice, -0.5, -0.5, -0.5), [0, 0, 0]);
    expectClose(placed(lattice, 11.5, 11.5, 9.5), [1, 1, 1]);
  });
});

describe("the fine texture", () => {
  it("has the scan's own voxels where it may be so large", () => {
    const lattice = fineLattice([262, 256, 403], 2048, 64 << 20);
    expect(lattice).toEqual({ size: [403, 256, 262], step: [1, 1, 1], first: [0, 0, 0] });
    if (lattice) expectClose(placed(lattice, 402, 0, 261), centre(lattice, 402, 0, 261));
  });

  it.each([
    { side: 2048, bytes: 40_000_000, size: [404, 300, 250], step: 2 },
    { side: 256, bytes: MANY, size: [202, 150, 250], step: 4 },
  ])("is halved within frames until a side is at most $side and its bytes $bytes", ({ side, bytes, size, step }) => {
    const lattice = fineLattice([250, 600, 807], side, bytes);
    expect(lattice?.size).toEqual(size);
    expect(lattice?.step).toEqual([step, step, 1]);
    if (lattice) expectClose(placed(lattice, (step - 1) / 2, (step - 1) / 2, 0), centre(lattice, 0, 0, 0));
  });

  it("is not there where there are more frames than a side may be long", () => {
    expect(fineLattice([257, 8, 8], 256, MANY)).toBeNull();
    expect(fineLattice([200, 8, 8], 256, 199)).toBeNull();
  });

  it("takes a frame's bytes as they are, or means of squares, the last pixels going on", () => {
    const grey = Uint8Array.of(0, 10, 20, 30, 40, 50, 60, 70, 80);
    const whole = fineLattice([1, 3, 3], 99, MANY);
    const halved = fineLattice([1, 3, 3], 2, MANY);
    if (!whole || !halved) throw new Error("expected both to fit");
    const frame = { grey, maskBits: Uint8Array.of(0b11000000, 0), width: 3, height: 3 };
    const [bare, masked] = [{ ...frame, maskBits: null }, [...layerOf(frame, whole)]];
    expect([...layerOf(bare, whole)]).toEqual([0, 0, 10, 0, 20, 0, 30, 0, 40, 0, 50, 0, 60, 0, 70, 0, 80, 0]);
    expect(masked.filter((_, i) => i % 2 === 1)).toEqual([255, 255, 0, 0, 0, 0, 0, 0, 0]);
    expect([...layerOf(frame, halved)]).toEqual([20, 128, 35, 0, 65, 0, 80, 0]);
  });
});
