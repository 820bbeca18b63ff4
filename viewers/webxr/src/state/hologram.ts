/** Whether the page shows on a Looking Glass, and what is in the way of it, as a sentence. */
import { createStore } from "zustand/vanilla";

export type Stage = "off" | "native" | "missing" | "no bridge" | "no panel" | "ready";

export const SENTENCES: Record<Stage, string> = {
  off: "",
  native: "This browser has a headset of its own, which stays as it is: open this page on a desktop for a Looking Glass.",
  missing: "The lab has no module for it: start the lab with --looking-glass FILE, as its README says.",
  "no bridge": "Looking Glass Bridge does not answer on this computer: start it and load this page again. Until then the window shows the panel's picture for no panel in particular.",
  "no panel": "Looking Glass Bridge finds no panel: plug it in, both cables, and load this page again.",
  ready: "A Looking Glass is there: enter, then put the new window on its screen and double-click it.",
};

export const REFUSED = "The browser refused the window for the Looking Glass: allow pop-ups for this page and enter again.";

export const hologram = createStore<{ stage: Stage }>(() => ({ stage: "off" }));

/** Whether entering leads to a Looking Glass. */
export function leadsToHologram({ stage }: { stage: Stage }): boolean {
  return stage === "no bridge" || stage === "no panel" || stage === "ready";
}
