/** From where the tumour is looked at on a screen: asked for by buttons and keys, heard by the camera. */
import type { Vector3 } from "three";
import { createStore } from "zustand/vanilla";

/** `null` is the first view; each wish is another object, so that it can be asked for again. */
export const lookFrom = createStore<{ wish: { direction: Vector3 | null } }>(() => ({ wish: { direction: null } }));

export function showFirstView(): void {
  lookFrom.setState({ wish: { direction: null } });
}

/** From this side, a unit vector of the room, and as far off as before. */
export function showFrom(direction: Vector3): void {
  lookFrom.setState({ wish: { direction } });
}
