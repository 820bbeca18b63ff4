/**
 * How sure the model was of each frame that it drew, as colours: calm blue where it was, yellow where a
 * person should look. Both ends differ for all who confuse colours, and yellow is the brighter.
 */
import { createStore } from "zustand/vanilla";
import type { Measured } from "../protocol.gen";
import { against, showWay } from "./against";
import type { LabState } from "./lab";
import { cssOf, rampOf, type Rgb } from "./ramp";

/** Where the colours end: less is as bad. Half way to 1 begins what the server calls doubtful. */
export const LEAST = 0.7;
export const BY_HAND: Rgb = [0.72, 0.72, 0.74];

const ramp = rampOf(["#ffd92e", "#ecc94f", "#bdb184", "#6f8fb8", "#2f66b0"]);

export const confidence = createStore<{ isShown: boolean }>(() => ({ isShown: false }));

export function showConfidence(isShown: boolean): void {
  if (isShown) showWay("surfaces");
  confidence.setState({ isShown });
}

export function toggleConfidence(): void {
  showConfidence(!confidence.getState().isShown);
}

/** Of a confidence, 0 to 1; null where no model drew the frame. */
export function colourOfConfidence(sure: number | null): Rgb {
  return sure === null ? BY_HAND : ramp((sure - LEAST) / (1 - LEAST));
}

export function cssOfConfidence(sure: number | null): string {
  return cssOf(colourOfConfidence(sure));
}

/** The colour of every frame; those beyond the mask have that of its end. */
export function frameColours({ confidence: sure, frames: [first, last] }: Measured): readonly Rgb[] {
  return sure.map((_, frame) => colourOfConfidence(sure[Math.min(Math.max(frame, first), last)] ?? null));
}

export function isConfidenceKnown({ measured }: LabState): boolean {
  return measured !== null && measured.confidence.length > 0;
}

/** The next frame to look at from this one, round and round; null where there is none. */
export function nextDoubtful(doubtful: readonly number[], frame: number): number | null {
  return doubtful.find((other) => other > frame) ?? doubtful[0] ?? null;
}

/** The same, of what is shown. */
export function doubtfulAhead({ measured, frame }: LabState): number | null {
  return nextDoubtful(measured?.doubtful ?? [], frame);
}

// a surface has one colour at a time
against.subscribe(({ other, way }) => {
  if (other !== null && way === "distances") showConfidence(false);
});
