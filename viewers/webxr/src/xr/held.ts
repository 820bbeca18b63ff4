/** How the tumour is held, for the panels and `window.parasam` to say. */
import { createStore } from "zustand/vanilla";

export const held = createStore(() => ({
  /** Times its true size. */
  magnification: 1,
  /** How often it was asked to come back before the eyes. */
  placements: 0,
}));

/** Bring tumour and panel back before the eyes, at the size that fits two hands. */
export function comeBack(): void {
  held.setState(({ placements }) => ({ placements: placements + 1 }));
}
