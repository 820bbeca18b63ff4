import { describe, expect, it } from "vitest";
import { WheelSteps } from "../src/desk/wheelSteps";
import { stickAxis, Thumb } from "../src/xr/thumb";

const FRAME_S = 1 / 72;

function run(thumb: Thumb, axis: number, seconds: number): number {
  let frames = 0;
  for (let t = 0; t < seconds; t += FRAME_S) frames += thumb.take(axis, FRAME_S);
  return frames;
}

describe("the thumbstick", () => {
  it.each([1, -1, 0.5])("turns one frame for a flick to %s", (axis) => {
    const thumb = new Thumb();
    expect(run(thumb, axis, 0.1)).toBe(Math.sign(axis));
    expect(thumb.take(0, FRAME_S)).toBe(0);
    expect(run(thumb, axis, 0.1)).toBe(Math.sign(axis));
  });

  it("runs on while it is held, faster the farther it is tilted", () => {
    const full = run(new Thumb(), 1, 1);
    const half = run(new Thumb(), 0.5, 1);
    expect(full).toBeGreaterThan(25);
    expect(half).toBeGreaterThan(3);
    expect(half).toBeLessThan(full / 2);
    expect(run(new Thumb(), -1, 1)).toBe(-full);
  });

  it("is still near its middle", () => expect(run(new Thumb(), 0.25, 5)).toBe(0));

  it("does not leap where a frame took long", () => {
    const thumb = new Thumb();
    thumb.take(1, FRAME_S);
    expect(thumb.take(1, 10)).toBeLessThan(6);
  });

  it("goes on to the right and up, back to the left and down", () => {
    expect(stickAxis([0, 0, 0.8, 0.1])).toBe(0.8);
    expect(stickAxis([0, 0, 0.1, -0.9])).toBe(0.9);
    expect(stickAxis([0, 0, 0, 0.7])).toBe(-0.7);
    expect(stickAxis([])).toBe(0);
  });
});

describe("the wheel", () => {
  const wheel = (deltaY: number, deltaMode = 0, deltaX = 0) => ({ deltaX, deltaY, deltaMode });

  it.each([100, 120, 53])("turns one frame a notch of %s", (notch) => {
    const steps = new WheelSteps();
    expect([steps.take(wheel(notch)), steps.take(wheel(notch)), steps.take(wheel(-notch))]).toEqual([1, 1, -1]);
  });

  it("gathers a trackpad's small travel, and starts anew the other way", () => {
    const steps = new WheelSteps();
    const turned = Array.from({ length: 10 }, () => steps.take(wheel(10)));
    expect(turned.reduce((a, b) => a + b)).toBe(2);
    expect(steps.take(wheel(40))).toBe(0);
    expect(Math.abs(steps.take(wheel(-40)))).toBe(0);
  });

  it("takes lines, and what shift turns sideways", () => {
    expect(new WheelSteps().take(wheel(3, 1))).toBe(1);
    expect(new WheelSteps().take(wheel(0, 0, -100))).toBe(-1);
  });
});
