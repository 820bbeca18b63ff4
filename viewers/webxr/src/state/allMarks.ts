/** The marks of every scan of the library, as far as they have come; `net/allMarks.ts` fills them. */
import { createStore } from "zustand/vanilla";
import type { Mark, ScanCard } from "../protocol.gen";
import { csvOf } from "./csv";
import { cells, COLUMNS } from "./marks";

export interface ScanMark extends Pick<ScanCard, "subject" | "timepoint"> {
  scan: string;
  mark: Mark;
}

export interface AllMarks {
  rows: readonly ScanMark[];
  /** Scans whose marks could not be had. */
  missing: readonly string[];
}

export const allMarks = createStore<AllMarks>(() => ({ rows: [], missing: [] }));

/** The table of `parasam marks --csv`, each line after whose mark it is. */
export function allMarksCsv(rows: readonly ScanMark[]): string {
  const lines = rows.map(({ subject, timepoint, scan, mark }) => [subject, timepoint, scan, ...cells(mark)]);
  return csvOf([["subject", "timepoint", "scan", ...COLUMNS], ...lines]);
}
