/** Another mask of the scan that is open, drawn with it: as a second surface, or as distances in colours. */
import type { BufferGeometry } from "three";
import { createStore } from "zustand/vanilla";

export type Way = "surfaces" | "distances";
export const WAYS: readonly Way[] = ["surfaces", "distances"];
export const WAY_WORDS: Record<Way, string> = { surfaces: "Two surfaces", distances: "Distances" };

export interface Compared {
  /** Surface of the mask that is open, coloured by its distance to the other. */
  own: BufferGeometry;
  /** The other's. */
  other: BufferGeometry;
  /** Where the colours end, mm. */
  rangeMm: number;
}

export interface AgainstState {
  /** The other mask; null where none is compared. */
  other: string | null;
  way: Way;
  /** Null until it has come. */
  compared: Compared | null;
}

export const against = createStore<AgainstState>(() => ({ other: null, way: "surfaces", compared: null }));

export function showWay(way: Way): void {
  against.setState({ way });
}

/** The surface that is coloured by distances, where those are shown. */
export function colouredSurface({ way, compared }: AgainstState): BufferGeometry | null {
  return way === "distances" ? (compared?.own ?? null) : null;
}
