/** The tumour's length, width and height as dimension lines, with thin lines to where each is measured. */
import type { Diameter } from "../protocol.gen";
import { distanceMm } from "../state/marks";
import { type Drawing, joined } from "./annotations";

export const DIMENSION_COLOUR = "#c8f56a";
const LETTERS = ["L", "W", "H"];

/** Lengths along the way to a foot that are as good as none, mm. */
const NONE_MM = 0.01;

export function dimensionsOf(diameters: readonly Diameter[]): Drawing {
  return joined(diameters.map((diameter, n) => drawn(diameter, LETTERS[n] ?? "")));
}

function drawn({ feet_mm, ends_mm }: Diameter, letter: string): Drawing {
  const [from, to] = ends_mm;
  const colour = DIMENSION_COLOUR;
  const aside = feet_mm.flatMap((foot, n) => {
    const end = ends_mm[n] ?? foot;
    return distanceMm(foot, end) > NONE_MM ? [{ from: foot, to: end, colour, widthPx: 1 }] : [];
  });
  // the three cross in the middle, so each has its words at an end
  return {
    segments: [{ from, to, colour, widthPx: 2 }, ...aside],
    dots: feet_mm.map((at) => ({ at, colour, radiusPx: 3 })),
    words: [{ at: to, text: `${letter}  ${distanceMm(from, to).toFixed(2)} mm`, colour }],
  };
}
