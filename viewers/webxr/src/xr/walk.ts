/** The walking hand's thumbstick: held forward it aims, let go it goes; a push aside turns once. */
const PUSHED = 0.7;
const LET_GO = 0.35;
export const TURN_RADIANS = Math.PI / 6;

export interface Stride {
  isAiming: boolean;
  /** Go to where was aimed. */
  goes: boolean;
  /** 1 to the left, −1 to the right. */
  turns: -1 | 0 | 1;
}

export class Walk {
  #way: "none" | "aim" | "turn" = "none";

  /** For a stick at (x, y), right and back positive. */
  take(x: number, y: number): Stride {
    if (this.#way === "none") return this.#push(x, y);
    if (Math.hypot(x, y) > LET_GO) return { isAiming: this.#way === "aim", goes: false, turns: 0 };
    const goes = this.#way === "aim";
    this.#way = "none";
    return { isAiming: false, goes, turns: 0 };
  }

  #push(x: number, y: number): Stride {
    const turns = Math.abs(x) >= PUSHED && Math.abs(x) > Math.abs(y) ? (x > 0 ? -1 : 1) : 0;
    const isAiming = turns === 0 && y <= -PUSHED;
    if (turns !== 0) this.#way = "turn";
    if (isAiming) this.#way = "aim";
    return { isAiming, goes: false, turns };
  }
}
