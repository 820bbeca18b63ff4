/** Whether the page shows what drawing costs. */
import { createStore } from "zustand/vanilla";

export const meter = createStore(() => ({ isOpen: false }));

export function toggleMeter(): void {
  meter.setState(({ isOpen }) => ({ isOpen: !isOpen }));
}
