/** The library's list: what a search finds, by subject, and the scan before or behind another. */
import type { ScanCard } from "../protocol.gen";

/** Cards in which every word of a search is found, in subject, timepoint, labels or id. */
export function matching(scans: readonly ScanCard[], search: string): ScanCard[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return scans.filter((card) => {
    const text = [card.id, card.subject, card.timepoint, ...card.labels].join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Cards by subject, in the order they came. */
export function bySubject(scans: readonly ScanCard[]): Map<string, ScanCard[]> {
  const groups = new Map<string, ScanCard[]>();
  for (const card of scans) {
    const name = card.subject || "No subject named";
    groups.set(name, [...(groups.get(name) ?? []), card]);
  }
  return groups;
}

/** The scan so many places on in the list; null at its ends, or where there is none. */
export function neighbour(scans: readonly ScanCard[], open: string | undefined, places: number): ScanCard | null {
  const at = scans.findIndex(({ id }) => id === open);
  return at < 0 ? null : (scans[at + places] ?? null);
}
