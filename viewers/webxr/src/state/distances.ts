/**
 * Distances between two surfaces as colours: blue within, white on it, orange outside. Blue and orange
 * differ for all who confuse red and green, and both are darker than white.
 */
import { cssOf, rampOf, type Rgb } from "./ramp";

const ramp = rampOf(["#08519c", "#6baed6", "#f7f7f7", "#fd8d3c", "#a63603"]);

/** The colour of a distance, −1 to 1 of the range, from far within to far outside. */
export function colourOfDistance(part: number): Rgb {
  return ramp((part + 1) / 2);
}

export function cssOfDistance(part: number): string {
  return cssOf(colourOfDistance(part));
}

const ROUND = [1, 1.5, 2, 3, 5, 7, 10];

/** A round distance that all but the farthest hundredth are within, mm. */
export function rangeMm(distances: ArrayLike<number>): number {
  const sorted = Float32Array.from(distances, Math.abs).sort();
  const most = Math.max(sorted[Math.ceil(0.99 * sorted.length) - 1] ?? 0, 1e-3);
  const power = 10 ** Math.floor(Math.log10(most));
  return (ROUND.find((step) => step * power >= most * (1 - 1e-6)) ?? 10) * power;
}
