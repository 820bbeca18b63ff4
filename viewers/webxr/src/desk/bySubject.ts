import type { ScanCard } from "../protocol.gen";

/** Cards by subject, in the order they came. */
export function bySubject(scans: readonly ScanCard[]): Map<string, ScanCard[]> {
  const groups = new Map<string, ScanCard[]>();
  for (const card of scans) {
    const name = card.subject || "No subject named";
    groups.set(name, [...(groups.get(name) ?? []), card]);
  }
  return groups;
}
