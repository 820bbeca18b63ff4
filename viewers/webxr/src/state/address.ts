/** The scan in the address bar: `#scan=KPC3933_d0&label=manual`. */
import type { Wanted } from "./lab";

export function wantedIn(hash: string): Wanted | null {
  const named = new URLSearchParams(hash.replace(/^#/, ""));
  const scan = named.get("scan");
  return scan ? { scan, label: named.get("label") || null } : null;
}

export function addressFrom({ scan, label }: Wanted): string {
  const named = new URLSearchParams({ scan });
  if (label !== null) named.set("label", label);
  return `#${named}`;
}
