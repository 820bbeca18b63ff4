/**
 * Distances between two surfaces as colours: blue within, white on it, orange outside. Blue and orange
 * differ for all who confuse red and green, and both are darker than white.
 */

/** sRGB, 0 to 1: from far within to far outside. */
const COLOURS = ["#08519c", "#6baed6", "#f7f7f7", "#fd8d3c", "#a63603"].map((hex) =>
  [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255),
);

/** The colour of a distance, −1 to 1 of the range; what is beyond has the colour of its end. */
export function colourOfDistance(part: number): [number, number, number] {
  const place = ((Math.min(Math.max(part, -1), 1) + 1) / 2) * (COLOURS.length - 1);
  const step = Math.min(Math.floor(place), COLOURS.length - 2);
  const mixed = [0, 1, 2].map((i) => {
    const [low, high] = [COLOURS[step]?.[i] ?? 0, COLOURS[step + 1]?.[i] ?? 0];
    return low + (high - low) * (place - step);
  });
  return mixed as [number, number, number];
}

/** As CSS has it. */
export function cssOfDistance(part: number): string {
  return `rgb(${colourOfDistance(part).map((v) => Math.round(v * 255)).join(", ")})`;
}

const ROUND = [1, 1.5, 2, 3, 5, 7, 10];

/** A round distance that all but the farthest hundredth are within, mm. */
export function rangeMm(distances: ArrayLike<number>): number {
  const sorted = Float32Array.from(distances, Math.abs).sort();
  const most = Math.max(sorted[Math.ceil(0.99 * sorted.length) - 1] ?? 0, 1e-3);
  const power = 10 ** Math.floor(Math.log10(most));
  return (ROUND.find((step) => step * power >= most * (1 - 1e-6)) ?? 10) * power;
}
