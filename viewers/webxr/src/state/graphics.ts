/** Whether there is a graphics card to draw with; browsers take it away, and mostly give it back. */
import { createStore } from "zustand/vanilla";

export const graphics = createStore(() => ({
  isLost: false,
  /** How often it came back: what was drawn into textures has to be drawn again. */
  restored: 0,
}));
