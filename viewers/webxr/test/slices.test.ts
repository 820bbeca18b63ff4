import { describe, expect, it } from "vitest";
import { maskBytes, type Slice, SliceCache, sliceFrom } from "../src/state/slices";

const BYTES = 100;

function slice(frame: number): Slice {
  return { frame, width: 10, height: 10, sha256: "a".repeat(64), grey: new Uint8Array(BYTES), maskBits: null };
}

describe("the cache", () => {
  it("never holds more than it may, whatever comes", () => {
    const cache = new SliceCache(5 * BYTES);
    for (let i = 0; i < 200; i += 1) {
      cache.keep(slice((i * 37) % 50), i % 50);
      expect(cache.bytes).toBeLessThanOrEqual(5 * BYTES);
      expect(cache.bytes).toBe(cache.size * BYTES);
    }
  });

  it("keeps what is nearest to the frame looked at", () => {
    const cache = new SliceCache(3 * BYTES);
    for (const frame of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) cache.keep(slice(frame), 5);
    expect([4, 5, 6].map((f) => cache.nearest(f)?.frame)).toEqual([4, 5, 6]);
    expect(cache.nearest(0)?.frame).toBe(4);
    expect(cache.hasLetGo(0)).toBe(true);
    expect(cache.hasLetGo(5)).toBe(false);
  });

  it("holds one slice even where that is too large", () => {
    const cache = new SliceCache(1);
    cache.keep(slice(3), 3);
    expect(cache.nearest(8)?.frame).toBe(3);
  });

  it("takes a frame's later slice for the earlier", () => {
    const cache = new SliceCache();
    const later = slice(2);
    cache.keep(slice(2), 0);
    cache.keep(later, 0);
    expect(cache.size).toBe(1);
    expect(cache.nearest(2)).toBe(later);
  });

  it("gives all that is here, and says when there is more", () => {
    const cache = new SliceCache();
    const before = cache.version;
    cache.keep(slice(2), 0);
    expect(cache.version).not.toBe(before);
    expect([...cache.all()].map((s) => s.frame)).toEqual([2]);
  });

  it("forgets all", () => {
    const cache = new SliceCache(BYTES);
    cache.keep(slice(1), 1);
    cache.keep(slice(2), 1);
    cache.clear();
    expect([cache.size, cache.bytes, cache.nearest(1), cache.hasLetGo(2)]).toEqual([0, 0, null, false]);
  });
});

describe("a payload", () => {
  const header = { frame: 0, width: 5, height: 2, label: "manual", sha256: "a".repeat(64) };
  const grey = Uint8Array.from({ length: 10 }, (_, i) => 20 * i);

  it("is grey levels, then the mask, first pixel in the highest bit", () => {
    const taken = sliceFrom(header, Uint8Array.of(...grey, 0b1000_0001, 0b0100_0000));
    expect([...taken.grey]).toEqual([...grey]);
    const inside = [...maskBytes(taken.maskBits ?? new Uint8Array(), 10)];
    expect(inside).toEqual([255, 0, 0, 0, 0, 0, 0, 255, 0, 255]);
  });

  it("has no mask where there is no label", () => {
    expect(sliceFrom({ ...header, label: null }, grey).maskBits).toBeNull();
  });
});
