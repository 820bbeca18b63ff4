/** A subject's volumes over time, as points to draw: on the desk page or in the room. */
import type { MeasuredMask } from "./measurements";

export interface GrowthPoint {
  scan: string;
  label: string;
  timepoint: string;
  /** Days, or the place in the list where the timepoints do not say. */
  at: number;
  volumeMm3: number;
  lowMm3: number;
  highMm3: number;
}

export interface Growth {
  points: readonly GrowthPoint[];
  /** Whether `at` is in days. */
  isInDays: boolean;
}

/** The volumes of one label: another's would be another observer's. In order of time. */
export function growthOf(rows: readonly MeasuredMask[], subject: string, label: string): Growth {
  const own = rows.filter((row) => row.subject === subject && row.rater === label);
  const isInDays = own.every(({ days }) => days !== null);
  const points = own.flatMap((row, place) => pointOf(row, isInDays ? row.days : place));
  return { points: points.toSorted((a, b) => a.at - b.at), isInDays };
}

function pointOf({ scan, rater, timepoint, volume_mm3, low_mm3, high_mm3 }: MeasuredMask, at: number | null): GrowthPoint[] {
  if (at === null || volume_mm3 === null) return [];
  const ends = { lowMm3: low_mm3 ?? volume_mm3, highMm3: high_mm3 ?? volume_mm3 };
  return [{ scan, label: rater, timepoint, at, volumeMm3: volume_mm3, ...ends }];
}

/** Round numbers from `low` to beyond `high`, at most about so many steps apart. */
export function roundTicks(low: number, high: number, steps: number): number[] {
  const span = high - low || 1;
  const power = 10 ** Math.floor(Math.log10(span / steps));
  const step = ([1, 2, 5, 10].find((n) => n * power * steps >= span) ?? 10) * power;
  const first = Math.floor(low / step);
  const count = Math.ceil(high / step) - first;
  return Array.from({ length: Math.max(1, count) + 1 }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

export type Scale = (value: number) => number;

/** Takes values from one range to another, linearly. */
export function scaled([from, to]: [number, number], [first, last]: [number, number]): Scale {
  const span = to - from || 1;
  return (value) => first + ((value - from) / span) * (last - first);
}
