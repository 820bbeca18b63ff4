/** Which point of the scan a controller or a hand means. */
import { Quaternion, Ray, Vector3 } from "three";
import { pointAlong, pointNear } from "../scene/pick";
import type { Point } from "../state/marks";

/** What the pointers of `@pmndrs/pointer-events` hand over, as far as it is used here. */
export interface Pointing {
  pointerId: number;
  pointerPosition: Vector3;
  pointerQuaternion: Quaternion;
  /** "sphere" of what lies in reach, "ray" of what is pointed at. */
  details: { type: string };
  nativeEvent: { type?: string };
  stopPropagation(): void;
}

/** As far as a grip or a pinch reaches; see `pointers.tsx`. */
const REACH_M = 0.05;
const AHEAD = new Vector3(0, 0, -1);

/** Near, the point next to the tip; far, where the ray meets what is shown. */
export function meant({ pointerPosition, pointerQuaternion, details }: Pointing): Point | null {
  if (details.type === "sphere") return pointNear(pointerPosition, REACH_M);
  return pointAlong(new Ray(pointerPosition.clone(), AHEAD.clone().applyQuaternion(pointerQuaternion)));
}
