/** Numbers as they are read: three significant digits, never less than the data hold. */
export function significant(value: number, digits = 3): string {
  if (value === 0 || !Number.isFinite(value)) return "0";
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(decimals, 6));
}

/** "12.9 × 5.47 × 5.02": length, width, height. */
export function dimensions(values: readonly number[]): string {
  return values.map((v) => significant(v)).join(" × ");
}

/** "138 – 176": the ends of an interval, to as many digits as the larger has in three. */
export function between([low, high]: readonly [number, number]): string {
  const decimals = significant(high).split(".")[1]?.length ?? 0;
  return `${low.toFixed(decimals)} – ${high.toFixed(decimals)}`;
}

/** Spacing as it was given, without a rounding's zeros. */
export function spacing(values: readonly number[]): string {
  return values.map((v) => String(Number(v.toPrecision(4)))).join(" × ");
}

/** "×10", "×3.4"; "×1, true size". */
export function magnification(scale: number): string {
  if (scale === 1) return "×1, true size";
  return `×${scale < 10 ? scale.toFixed(1).replace(/\.0$/, "") : Math.round(scale)}`;
}

/** "120 000". */
export function count(value: number): string {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, " ");
}

/** "12.5 MB". */
export function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}

/** "KPC3933 · d6", or the scan's id where neither is known. */
export function title({ subject, timepoint }: { subject: string; timepoint: string }, id: string): string {
  return [subject, timepoint].filter(Boolean).join(" · ") || id;
}

/** "Outlining M1_d0", "Exporting M1_d0_manual.nii.gz": what a job does, as its kind has it. */
export function doing({ kind, scan, file }: { kind: string; scan: string; file: string }): string {
  return kind === "export" ? `Exporting ${file}` : `Outlining ${scan}`;
}
