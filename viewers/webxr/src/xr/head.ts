/** The head in the room, as the last frame told it. */
import { Vector3 } from "three";
import { inRoom, placeOf } from "./origin";
import type { Place } from "./placement";

/** Null while it is not tracked. */
export function headIn(frame: XRFrame | undefined, space: XRReferenceSpace | undefined): Place | null {
  const pose = space && frame?.getViewerPose(space);
  return pose ? placeOf(inRoom(pose.transform)) : null;
}

/** Whither a place looks. */
export function aheadOf({ quaternion }: Place): Vector3 {
  return new Vector3(0, 0, -1).applyQuaternion(quaternion);
}
