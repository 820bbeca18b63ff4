/** How the tumour is held, for the panels and `window.parasam` to say. */
import { createStore } from "zustand/vanilla";
import { hold } from "../link";
import { company } from "../state/company";
import { lab } from "../state/lab";
import { magnificationOf, withMagnification } from "../state/pose";
import { magnificationFor } from "./placement";
import type { Surface } from "./surfaces";

export const held = createStore(() => ({
  /** Times its true size. */
  magnification: 1,
  /** What it was before it was shown at its true size; null where that is not known. */
  magnifiedBefore: null as number | null,
  /** What it stands on, and the surface on which it would stand if it were let go now. */
  standsOn: null as Surface | null,
  landing: null as Surface | null,
  /** How often it was asked to come back before the eyes. */
  placements: 0,
  /** How often the board alone was. */
  boards: 0,
  /** The last session broke off: the next one begins with the tumour as it was held. */
  goesOn: false,
}));

/** Bring tumour and panel back before the eyes, at the size that fits two hands. */
export function comeBack(): void {
  held.setState(({ placements }) => ({ placements: placements + 1 }));
}

/** Bring the board before the eyes, on its side, and leave the tumour where it is. */
export function bringBoard(): void {
  held.setState(({ boards }) => ({ boards: boards + 1 }));
}

/** 1:1; where it is so, as large as it was before. */
export function toggleTrueSize(): void {
  const { pose } = company.getState();
  if (pose === null) return;
  const now = magnificationOf(pose);
  const fitting = magnificationFor(lab.getState().subject?.radius ?? 0.01);
  if (now !== 1) held.setState({ magnifiedBefore: now });
  hold(withMagnification(pose, now === 1 ? (held.getState().magnifiedBefore ?? fitting) : 1));
}
