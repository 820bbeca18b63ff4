/** The columns of the table of measurements: what they say, and by what they are sorted. */
import { between, dimensions, significant } from "../format";
import type { MeasuredMask } from "../state/measurements";

export interface Column {
  name: string;
  text: (row: MeasuredMask) => string;
  /** What it is sorted by; what has none comes last. */
  by: (row: MeasuredMask) => string | number | null;
  isNumber?: boolean;
}

export interface Order {
  /** Null is the library's own. */
  column: number | null;
  isDown: boolean;
}

const NONE = "–";

export const COLUMNS: readonly Column[] = [
  words("Scan", (row) => row.scan),
  words("Subject", (row) => row.subject),
  { ...words("Timepoint", (row) => row.timepoint), by: (row) => row.days ?? row.timepoint },
  words("Mask", (row) => row.rater),
  { name: "Volume, mm³", text: (row) => number(row.volume_mm3), by: (row) => row.volume_mm3, isNumber: true },
  { name: "95 % between, mm³", text: interval, by: (row) => row.low_mm3, isNumber: true },
  { name: "L × W × H, mm", text: extent, by: (row) => row.length_mm, isNumber: true },
  { name: "Surface, mm²", text: (row) => number(row.surface_mm2), by: (row) => row.surface_mm2, isNumber: true },
  { name: "Caliper, mm³", text: (row) => number(row.caliper_mm3), by: (row) => row.caliper_mm3, isNumber: true },
  words("Spacing from", (row) => row.spacing_source),
  words("Remarks", (row) => row.reason || row.warnings.join("; ")),
];

const collator = new Intl.Collator("en", { numeric: true });

export function sorted(rows: readonly MeasuredMask[], { column, isDown }: Order): MeasuredMask[] {
  const by = column === null ? undefined : COLUMNS[column]?.by;
  if (!by) return [...rows];
  return rows.toSorted((a, b) => compared(by(a), by(b), isDown ? -1 : 1));
}

function compared(a: string | number | null, b: string | number | null, sign: number): number {
  if (isNone(a) || isNone(b)) return Number(isNone(a)) - Number(isNone(b));
  const numbers = typeof a === "number" && typeof b === "number";
  return sign * (numbers ? a - b : collator.compare(String(a), String(b)));
}

function isNone(value: string | number | null): boolean {
  return value === null || value === "";
}

function words(name: string, text: (row: MeasuredMask) => string): Column {
  return { name, text: (row) => text(row) || NONE, by: text };
}

function number(value: number | null): string {
  return value === null ? NONE : significant(value);
}

function interval({ low_mm3, high_mm3 }: MeasuredMask): string {
  return low_mm3 === null || high_mm3 === null ? NONE : between([low_mm3, high_mm3]);
}

function extent({ length_mm, width_mm, height_mm }: MeasuredMask): string {
  return length_mm === null || width_mm === null || height_mm === null ? NONE : dimensions([length_mm, width_mm, height_mm]);
}
