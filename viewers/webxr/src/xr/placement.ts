/** Where the tumour and the panel float when a session begins: before the chest, in reach. */
import { type Object3D, Quaternion, Vector3 } from "three";

export const MAGNIFICATION = 10;
export const SMALLEST_MAGNIFICATION = 1;
export const LARGEST_MAGNIFICATION = 80;

const AHEAD_M = 0.5;
const BELOW_EYES_M = 0.3;
const PANEL_ASIDE_M = 0.34;
const PANEL_NEARER_M = 0.06;
const UP = new Vector3(0, 1, 0);

export interface Place {
  position: Vector3;
  quaternion: Quaternion;
}

/** Upright, before a head that looks along −z of `facing`. */
export function tumourPlace(head: Vector3, facing: Quaternion): Place {
  const quaternion = heading(facing);
  const ahead = new Vector3(0, -BELOW_EYES_M, -AHEAD_M).applyQuaternion(quaternion);
  return { position: ahead.add(head), quaternion };
}

/** To the right of the tumour, turned to the head. */
export function panelPlace(head: Vector3, facing: Quaternion): Place {
  const turned = heading(facing);
  const aside = new Vector3(PANEL_ASIDE_M, -BELOW_EYES_M + 0.04, -AHEAD_M + PANEL_NEARER_M);
  const position = aside.applyQuaternion(turned).add(head);
  const toHead = new Vector3().subVectors(head, position).setY(0).normalize();
  const quaternion = new Quaternion().setFromUnitVectors(new Vector3(0, 0, 1), toHead);
  return { position, quaternion };
}

export function put(object: Object3D, { position, quaternion }: Place): void {
  object.position.copy(position);
  object.quaternion.copy(quaternion);
}

/** The turn about the vertical of a head, whatever it nods or tilts. */
function heading(facing: Quaternion): Quaternion {
  const ahead = new Vector3(0, 0, -1).applyQuaternion(facing).setY(0);
  if (ahead.lengthSq() < 1e-6) return new Quaternion();
  return new Quaternion().setFromAxisAngle(UP, Math.atan2(-ahead.x, -ahead.z));
}
