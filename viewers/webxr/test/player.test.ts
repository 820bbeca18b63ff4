import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ScanOpened } from "../src/protocol.gen";
import { lab, showScan } from "../src/state/lab";
import { nextFrame, play, player, playOrStop, stop } from "../src/state/player";

const scan: ScanOpened = {
  type: "scan", scan: "a", subject: "", timepoint: "", label: null, labels: [], shape: [50, 4, 4], spacing_mm: [1, 1, 1],
  spacing_source: "user", scene_from_index: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], frames_with_tumour: [10, 29], seq: 1,
};

describe("the next frame", () => {
  it.each([
    [12, 3, true, 15], [28, 3, true, 11], [29, 1, true, 10], [29, 41, true, 10], [28, 3, false, 29], [29, 1, false, null],
    [3, 1, true, 10], [40, 1, false, 10],
  ])("from %i by %i, looped %s, is %s", (frame, steps, isLooped, next) => {
    expect(nextFrame(frame, steps, isLooped, scan)).toBe(next);
  });

  it("is of all frames where none has tumour", () => {
    expect(nextFrame(49, 1, true, { ...scan, frames_with_tumour: null })).toBe(0);
  });
});

describe("playing", () => {
  const lookAt = (frame: number) => lab.setState({ frame });

  beforeEach(() => {
    vi.useFakeTimers();
    showScan(scan);
    lab.setState({ frame: 10 });
    player.setState({ framesPerSecond: 20, isLooped: true });
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it("goes on at its speed, round and round, until it is stopped", () => {
    play(lookAt);
    vi.advanceTimersByTime(500);
    expect(lab.getState().frame).toBeGreaterThanOrEqual(19);
    expect(lab.getState().frame).toBeLessThanOrEqual(20);
    vi.advanceTimersByTime(1000);
    expect(lab.getState().frame).toBeLessThanOrEqual(29);
    playOrStop(lookAt);
    const { frame } = lab.getState();
    vi.advanceTimersByTime(500);
    expect([lab.getState().frame, player.getState().isPlaying]).toEqual([frame, false]);
  });

  it("ends at the last frame where it is not looped", () => {
    player.setState({ isLooped: false });
    play(lookAt);
    vi.advanceTimersByTime(3000);
    expect([lab.getState().frame, player.getState().isPlaying]).toEqual([29, false]);
  });
});
