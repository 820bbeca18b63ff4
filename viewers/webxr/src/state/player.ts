/**
 * Plays the frames: those with tumour where there is one, else all of them.
 *
 * By a timer, since a screen's frames stop in a headset and the other way round.
 */
import { createStore } from "zustand/vanilla";
import type { ScanOpened } from "../protocol.gen";
import { lab } from "./lab";

export const SPEEDS = [5, 10, 20, 40] as const;

export interface PlayerState {
  isPlaying: boolean;
  framesPerSecond: number;
  isLooped: boolean;
}

export const player = createStore<PlayerState>(() => ({ isPlaying: false, framesPerSecond: 20, isLooped: true }));

let timer: ReturnType<typeof setTimeout> | undefined;

/** @param lookAt shows a frame. */
export function play(lookAt: (frame: number) => void): void {
  stop();
  player.setState({ isPlaying: true });
  let [lastMs, owed] = [performance.now(), 0];
  const goOn = () => {
    const { framesPerSecond, isLooped } = player.getState();
    const nowMs = performance.now();
    owed += ((nowMs - lastMs) / 1000) * framesPerSecond;
    lastMs = nowMs;
    const steps = Math.floor(owed);
    owed -= steps;
    const { scan, frame } = lab.getState();
    const next = scan && nextFrame(frame, steps, isLooped, scan);
    if (next === null) return stop();
    if (steps > 0) lookAt(next);
    timer = setTimeout(goOn, 1000 / framesPerSecond);
  };
  goOn();
}

export function stop(): void {
  clearTimeout(timer);
  player.setState({ isPlaying: false });
}

export function playOrStop(lookAt: (frame: number) => void): void {
  if (player.getState().isPlaying) stop();
  else play(lookAt);
}

/** The frame so many steps on, within what is played; null past its end. */
export function nextFrame(frame: number, steps: number, isLooped: boolean, { frames_with_tumour, shape }: ScanOpened): number | null {
  const [first, last] = frames_with_tumour ?? [0, shape[0] - 1];
  if (frame < first || frame > last) return first;
  const next = frame + steps;
  if (next <= last) return next;
  return isLooped ? first + ((next - first) % (last - first + 1)) : frame < last ? last : null;
}
