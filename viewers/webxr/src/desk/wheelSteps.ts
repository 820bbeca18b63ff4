/** Wheel travel, in pixels, that turns one frame; a mouse's notch is more and turns one too. */
const PIXELS_A_FRAME = 50;
const PIXELS_A_LINE = 50;

/** Gathers wheel travel into whole frames. */
export class WheelSteps {
  #rest = 0;

  /** Frames to go for this event; what is left over counts for the next in the same direction. */
  take({ deltaX, deltaY, deltaMode }: Pick<WheelEvent, "deltaX" | "deltaY" | "deltaMode">): number {
    const travel = (deltaY || deltaX) * (deltaMode === 0 ? 1 : PIXELS_A_LINE);
    if (Math.sign(travel) !== Math.sign(this.#rest)) this.#rest = 0;
    this.#rest += Math.max(-PIXELS_A_FRAME, Math.min(PIXELS_A_FRAME, travel));
    const frames = Math.trunc(this.#rest / PIXELS_A_FRAME);
    this.#rest -= frames * PIXELS_A_FRAME;
    return frames;
  }
}
