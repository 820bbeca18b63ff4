/** Puts the tumour down on a surface, turned as it is, and keeps it there while its size changes. */
import type { Group } from "three";
import { TOUCH_NAME } from "../scene/Tumour";
import { footOf } from "./foot";
import { plinth, surfaceOf } from "./plinth";
import { type Surface, surfaceUnder } from "./surfaces";
import { tablesIn } from "./tables";

/** The surface onto which it would be put if it were let go now. */
export function surfaceBelow(tumour: Group, frame: XRFrame, space: XRReferenceSpace): Surface | null {
  const foot = footOf(tumour, TOUCH_NAME);
  const { is } = plinth.getState();
  return foot && surfaceUnder(foot, [...(is ? [surfaceOf(is)] : []), ...tablesIn(frame, space)]);
}

/** So that its lowest point is on the surface. */
export function putDown(tumour: Group, { y }: Surface): void {
  const foot = footOf(tumour, TOUCH_NAME);
  if (foot) tumour.position.y += y - foot.y;
}

/** It was `before` times its size and is another now: its lowest point stays where it was. */
export function stayDown(tumour: Group, before: number): void {
  const foot = footOf(tumour, TOUCH_NAME);
  if (!foot) return;
  const high = tumour.position.y - foot.y;
  tumour.position.y += high - (high * before) / tumour.scale.x;
}
