/** Where somebody in VR is about to go: what aims writes it, `Aim` draws it. */
import type { Vector3 } from "three";
import type { Arc } from "./arc";

export const aim: { arc: Arc | null } = { arc: null };

/** The end of aiming; gives where to go, null where that is nowhere. */
export function letAimGo(): Vector3 | null {
  const landing = aim.arc?.landing ?? null;
  aim.arc = null;
  return landing;
}
