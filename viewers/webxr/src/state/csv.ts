/** Measurements as CSV, for a spreadsheet: every digit, the unit in a column's name. */
import type { MeasuredMask } from "./measurements";

type Cell = MeasuredMask[keyof MeasuredMask];

const COLUMNS = [
  "subject", "timepoint", "days", "scan", "rater", "volume_mm3", "low_mm3", "high_mm3", "length_mm", "width_mm",
  "height_mm", "caliper_mm3", "surface_mm2", "voxels", "first_frame", "last_frame", "step_mm", "row_mm", "column_mm",
  "reason", "warnings", "made_by", "spacing_source",
] as const satisfies readonly (keyof MeasuredMask)[];

export function csvOf(rows: readonly MeasuredMask[]): string {
  const lines = rows.map((row) => COLUMNS.map((name) => cell(row[name])).join(","));
  return [COLUMNS.join(","), ...lines, ""].join("\n");
}

function cell(value: Cell): string {
  const text = Array.isArray(value) ? value.join("; ") : String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
