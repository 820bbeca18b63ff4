/** Where a point of the scan is on the screen, while there is one, for `window.parasam` to say. */
import type { Point } from "../state/marks";

interface Screen {
  /** Pixels from the stage's left upper corner. */
  placeOf(point: Point): [number, number] | null;
}

export const screen: { current: Screen | null } = { current: null };
