import { DataTexture, Mesh, MeshBasicMaterial, RedFormat, ShaderMaterial } from "three";
import { expect, it, describe } from "vitest";
import { textureBytes } from "../src/scene/textureBytes";
import { FrameTimes, LEVELS, Steering } from "../src/state/budget";

const PERIOD_MS = 1000 / 90;
const finest = LEVELS.at(-1);

function windows(steering: Steering, p95Ms: number, count: number): number[] {
  return Array.from({ length: count }, () => steering.take(p95Ms, PERIOD_MS).mostTriangles);
}

describe("steering", () => {
  it("begins with the finest that the budget allows, body and glass in both eyes", () => {
    expect(new Steering().carried).toBe(finest);
    expect(4 * (finest?.mostTriangles ?? Infinity)).toBeLessThan(500_000);
  });

  it("gets coarser at once where frames come late, and no coarser than the coarsest", () => {
    expect(windows(new Steering(), 2 * PERIOD_MS, 5)).toEqual([80_000, 40_000, 20_000, 20_000, 20_000]);
  });

  it("gets finer only after a calm while", () => {
    const steering = new Steering();
    windows(steering, 2 * PERIOD_MS, 1);
    expect(windows(steering, PERIOD_MS, 8)).toEqual([...Array<number>(7).fill(80_000), 120_000]);
  });

  it("stays where frames are neither late nor well in time", () => {
    const steering = new Steering();
    windows(steering, 2 * PERIOD_MS, 1);
    expect(new Set(windows(steering, 1.35 * PERIOD_MS, 50))).toEqual(new Set([80_000]));
  });

  it("does not swing where one level is too much and the next one is not", () => {
    const steering = new Steering();
    let changes = 0;
    for (let window = 0, before = 120_000; window < 1000; window += 1) {
      const now = steering.take(before > 80_000 ? 2 * PERIOD_MS : PERIOD_MS, PERIOD_MS).mostTriangles;
      if (now !== before) changes += 1;
      before = now;
    }
    expect(changes).toBeLessThan(25);
  });
});

it("tells the p95 of every 45 frames", () => {
  const times = new FrameTimes();
  const told = Array.from({ length: 90 }, (_, i) => times.take(i % 45 >= 43 ? 50 : 10)).filter((ms) => ms !== null);
  expect(told).toEqual([10, 10]);
  expect(Array.from({ length: 45 }, (_, i) => times.take(i >= 42 ? 50 : 10)).at(-1)).toBe(50);
});

it("adds up what the textures of materials and of uniforms hold, each once", () => {
  const grey = Object.assign(new DataTexture(new Uint8Array(64), 8, 8, RedFormat), { generateMipmaps: false });
  const colour = Object.assign(new DataTexture(new Uint8Array(256), 8, 8), { generateMipmaps: true });
  const scene = new Mesh(undefined, new MeshBasicMaterial({ map: colour }));
  const shader = () => new Mesh(undefined, new ShaderMaterial({ uniforms: { grey: { value: grey } } }));
  scene.add(shader(), shader());
  expect(textureBytes(scene)).toBeCloseTo(64 + (256 * 4) / 3, 6);
});
