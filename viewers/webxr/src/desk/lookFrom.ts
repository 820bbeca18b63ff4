/** From where the tumour is looked at on a screen: asked for by buttons and keys, heard by the camera. */
import type { Vector3 } from "three";
import { createStore } from "zustand/vanilla";

export interface LookFrom {
  /** How often the first view was asked for. */
  firstViews: number;
  /** The side that was asked for last, another object each time; null before any was. */
  direction: Vector3 | null;
}

export const lookFrom = createStore<LookFrom>(() => ({ firstViews: 0, direction: null }));

export function showFirstView(): void {
  lookFrom.setState(({ firstViews }) => ({ firstViews: firstViews + 1 }));
}

/** From this side, a unit vector of the room, and as far off as before. */
export function showFrom(direction: Vector3): void {
  lookFrom.setState({ direction });
}
