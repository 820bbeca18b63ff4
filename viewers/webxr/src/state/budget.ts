/**
 * What the headset can carry: how fine meshes and rays may be, steered by the frames' own times.
 *
 * Frames that come late make it coarser at once. It gets finer only after a calm while, and each
 * time that turns out too much the next while is longer, so that it does not swing.
 */
import { createStore } from "zustand/vanilla";

export interface Carried {
  /** Of the tumour's surface, which is drawn twice an eye where it is cut: body and glass. */
  mostTriangles: number;
  rayMarchSteps: number;
}

/** Coarse first; the finest keeps a cut tumour below 500 000 triangles in both eyes. */
export const LEVELS: readonly Carried[] = [
  { mostTriangles: 20_000, rayMarchSteps: 24 },
  { mostTriangles: 40_000, rayMarchSteps: 32 },
  { mostTriangles: 80_000, rayMarchSteps: 48 },
  { mostTriangles: 120_000, rayMarchSteps: 64 },
];
const AT_A_DESK = { mostTriangles: Infinity, rayMarchSteps: 192, foveation: null };

/** What Quest 3 is planned for. */
export const MOST_CALLS = 100;
export const MOST_TRIANGLES = 500_000;

export interface Drawn {
  /** Of a frame, both eyes together. */
  calls: number;
  triangles: number;
  /** An estimate: what the textures hold, not how the driver packs them. */
  textureBytes: number;
  /** All but one frame in twenty took at most so long; null before there were enough. */
  frameP95Ms: number | null;
}

export interface Budget extends Carried, Drawn {
  /** 0 is sharp all over, 1 is coarse towards the edges; null at a desk. */
  foveation: number | null;
}

const NOTHING_DRAWN: Drawn = { calls: 0, triangles: 0, textureBytes: 0, frameP95Ms: null };

export const budget = createStore<Budget>(() => ({ ...AT_A_DESK, ...NOTHING_DRAWN }));

const WINDOW_FRAMES = 45;
/** In shares of the time between two pictures of the headset. */
const LATE = 1.5;
const IN_TIME = 1.2;
const SHORTEST_CALM = 8;
const LONGEST_CALM = 128;

export class Steering {
  #level = LEVELS.length - 1;
  #calm = 0;
  #calmWanted = SHORTEST_CALM;
  #hasJustRisen = false;

  get carried(): Carried {
    return LEVELS[this.#level] ?? AT_A_DESK;
  }

  /** A window of frames had this p95, where a picture is wanted every `periodMs`. */
  take(p95Ms: number, periodMs: number): Carried {
    if (p95Ms > LATE * periodMs) this.#coarser();
    else if (p95Ms <= IN_TIME * periodMs) this.#inTime();
    else this.#calm = 0;
    return this.carried;
  }

  #coarser(): void {
    if (this.#hasJustRisen) this.#calmWanted = Math.min(2 * this.#calmWanted, LONGEST_CALM);
    this.#hasJustRisen = false;
    this.#calm = 0;
    this.#level = Math.max(0, this.#level - 1);
  }

  #inTime(): void {
    this.#calm += 1;
    if (this.#calm < this.#calmWanted) return;
    this.#calm = 0;
    this.#hasJustRisen = this.#level < LEVELS.length - 1;
    this.#level = Math.min(LEVELS.length - 1, this.#level + 1);
  }
}

/** The times of frames, a window at a time. */
export class FrameTimes {
  #times: number[] = [];

  /** The p95 of a window that this frame completes; else null. */
  take(ms: number): number | null {
    this.#times.push(ms);
    if (this.#times.length < WINDOW_FRAMES) return null;
    const sorted = this.#times.sort((a, b) => a - b);
    this.#times = [];
    return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? null;
  }
}

/** Out of the headset: a desk carries it all. */
export function putAtADesk(): void {
  budget.setState(AT_A_DESK);
}
