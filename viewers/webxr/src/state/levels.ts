/** Which grey levels are drawn black and white: the window, as radiologists call it, by its two ends. */
import { createStore } from "zustand/vanilla";

export interface Levels {
  /** Drawn black, as all below; 0 to 254. */
  black: number;
  /** Drawn white, as all above; 1 to 255. */
  white: number;
}

export const ALL_LEVELS: Levels = { black: 0, white: 255 };
export const levels = createStore<Levels>(() => ALL_LEVELS);

/** Draw with this window: `width` levels from black to white about `level`. */
export function showWindow({ level, width }: { level: number; width: number }): void {
  const half = Math.max(1, width) / 2;
  const black = Math.min(Math.max(Math.round(level - half), 0), 254);
  const white = Math.min(Math.max(Math.round(level + half), black + 1), 255);
  levels.setState({ black, white });
}

export function areAllShown({ black, white }: Levels): boolean {
  return black === ALL_LEVELS.black && white === ALL_LEVELS.white;
}

export function windowOf({ black, white }: Levels): { level: number; width: number } {
  return { level: (black + white) / 2, width: white - black };
}
