/**
 * Tables of the lab's measurements, as far as they have come: of the library, and of the subject
 * that is open. `net/measurements.ts` fills them.
 */
import { createStore, type StoreApi } from "zustand/vanilla";
import { csvOf } from "./csv";

/** One mask's numbers, in the order and under the names of `parasam measure --csv`. */
export interface MeasuredMask {
  subject: string;
  timepoint: string;
  days: number | null;
  scan: string;
  rater: string;
  volume_mm3: number | null;
  low_mm3: number | null;
  high_mm3: number | null;
  length_mm: number | null;
  width_mm: number | null;
  height_mm: number | null;
  caliper_mm3: number | null;
  surface_mm2: number | null;
  voxels: number | null;
  first_frame: number | null;
  last_frame: number | null;
  step_mm: number | null;
  row_mm: number | null;
  column_mm: number | null;
  reason: string;
  warnings: string[];
  made_by: string;
  spacing_source: string;
}

export interface MeasurementTable {
  rows: readonly MeasuredMask[];
  /** How many there will be. */
  total: number;
}

export interface TableState extends MeasurementTable {
  /** Why there is nothing new, a sentence; null while there is. */
  failure: string | null;
  /** Whether it was ever answered. */
  hasCome: boolean;
}

export type TableStore = StoreApi<TableState>;

const NOTHING: TableState = { rows: [], total: 0, failure: null, hasCome: false };

/** Of the whole library. */
export const everything: TableStore = createStore(() => NOTHING);
/** Of the subject that is open. */
export const course: TableStore = createStore(() => NOTHING);

/** Take away what is of another subject. */
export function empty(store: TableStore): void {
  store.setState(NOTHING);
}

const COLUMNS = [
  "subject", "timepoint", "days", "scan", "rater", "volume_mm3", "low_mm3", "high_mm3", "length_mm", "width_mm",
  "height_mm", "caliper_mm3", "surface_mm2", "voxels", "first_frame", "last_frame", "step_mm", "row_mm", "column_mm",
  "reason", "warnings", "made_by", "spacing_source",
] as const satisfies readonly (keyof MeasuredMask)[];

/** A table with every digit, the unit in a column's name. */
export function measurementsCsv(rows: readonly MeasuredMask[]): string {
  return csvOf([COLUMNS, ...rows.map((row) => COLUMNS.map((name) => cell(row[name])))]);
}

function cell(value: MeasuredMask[keyof MeasuredMask]): string {
  return Array.isArray(value) ? value.join("; ") : String(value ?? "");
}
