/** Whether a palm is held before the eyes, like a book. */
import { Matrix4, type Quaternion, Vector3 } from "three";
import { inRoom } from "./origin";
import type { Place } from "./placement";

export interface Palm {
  middle: Vector3;
  /** Out of the palm. */
  normal: Vector3;
}

/** Cosines: to show takes more than to stay. */
const SHOWS = { facing: 0.75, looked: 0.85 };
const STAYS = { facing: 0.5, looked: 0.7 };
const FARTHEST_M = 0.8;

export function isShown({ middle, normal }: Palm, head: Place, was: boolean): boolean {
  const toEyes = head.position.clone().sub(middle);
  const distance = toEyes.length();
  toEyes.divideScalar(distance);
  const ahead = new Vector3(0, 0, -1).applyQuaternion(head.quaternion);
  const { facing, looked } = was ? STAYS : SHOWS;
  return distance < FARTHEST_M && normal.dot(toEyes) > facing && -ahead.dot(toEyes) > looked;
}

/** Of a hand or, as the grip lies in it, of the hand that holds a controller; null while it is not tracked. */
export function palmOf(source: XRInputSource, frame: XRFrame, space: XRReferenceSpace): Palm | null {
  const wrist = source.hand?.get("wrist");
  const middle = source.hand?.get("middle-finger-metacarpal");
  if (wrist && middle) {
    const [turned, at] = [frame.getJointPose?.(wrist, space), frame.getJointPose?.(middle, space)];
    return turned && at ? { middle: positionIn(at), normal: axisIn(turned, new Vector3(0, -1, 0)) } : null;
  }
  const grip = source.gripSpace && frame.getPose(source.gripSpace, space);
  const out = new Vector3(source.handedness === "left" ? 1 : -1, 0, 0);
  return grip ? { middle: positionIn(grip), normal: axisIn(grip, out) } : null;
}

function positionIn({ transform }: XRPose): Vector3 {
  return new Vector3().setFromMatrixPosition(inRoom(transform, new Matrix4()));
}

function axisIn({ transform }: XRPose, axis: Vector3): Vector3 {
  return axis.transformDirection(inRoom(transform, new Matrix4()));
}

const UP = new Vector3(0, 1, 0);

/** Above the palm, turned to the eyes. */
export function menuPlace({ middle }: Palm, head: Place, aboveM: number): { position: Vector3; towards: Quaternion } {
  const position = middle.clone().addScaledVector(UP, aboveM);
  const towards = head.quaternion.clone().setFromRotationMatrix(new Matrix4().lookAt(head.position, position, UP));
  return { position, towards };
}
