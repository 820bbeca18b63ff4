/** Thumbstick → frames: a flick turns one, holding it turns more and more of them. */
const DEAD_ZONE = 0.3;
const FRAMES_A_SECOND = 45;
/** A flick has this long before its hold begins to run. */
const HOLD_S = 0.25;
/** A frame that took longer turns no more than this. */
const LONGEST_S = 0.1;

export class Thumb {
  #heldS = 0;
  #rest = 0;

  /** Frames to go, for a stick at `axis` (−1 … 1) `sinceLast` seconds after the last call. */
  take(axis: number, sinceLast: number): number {
    const seconds = Math.min(Math.max(sinceLast, 1e-6), LONGEST_S);
    const tilt = Math.abs(axis) < DEAD_ZONE ? 0 : axis;
    if (tilt === 0) {
      this.#heldS = this.#rest = 0;
      return 0;
    }
    const isNew = this.#heldS === 0;
    this.#heldS += seconds;
    if (isNew) return Math.sign(tilt);
    if (this.#heldS < HOLD_S) return 0;
    this.#rest += Math.sign(tilt) * tilt ** 2 * FRAMES_A_SECOND * seconds;
    const frames = Math.trunc(this.#rest);
    this.#rest -= frames;
    return frames;
  }
}

/** The stick of an `xr-standard` gamepad: right and up go on, left and down go back. */
export function stickAxis(axes: readonly number[]): number {
  const [, , x = 0, y = 0] = axes;
  return Math.abs(x) >= Math.abs(y) ? x : -y;
}
