/** Where the tumour and the panel float when a session begins: before the chest, in reach. */
import { Matrix4, type Object3D, Quaternion, Vector3 } from "three";

export const SMALLEST_MAGNIFICATION = 1;
export const LARGEST_MAGNIFICATION = 80;

const AHEAD_M = 0.5;
const BELOW_EYES_M = 0.25;
const PANEL_ASIDE_M = 0.32;
const PANEL_HIGHER_M = 0.05;
const UP = new Vector3(0, 1, 0);
/** So that both sides of the frame are seen. */
const TURNED = new Quaternion().setFromAxisAngle(UP, -0.6);

const ROUND_MAGNIFICATIONS = [1, 2, 5, 10, 20, 50];
const HELD_DIAMETER_M = 0.18;

export interface Place {
  position: Vector3;
  quaternion: Quaternion;
}

/** How many times its size a ball is shown: a round number that makes it fit two hands. */
export function magnificationFor(radius: number): number {
  const fits = ROUND_MAGNIFICATIONS.filter((m) => 2 * radius * m <= HELD_DIAMETER_M);
  return Math.max(SMALLEST_MAGNIFICATION, ...fits);
}

/** Upright and a little turned, before a head that looks along −z of `facing`. */
export function tumourPlace(head: Vector3, facing: Quaternion): Place {
  const quaternion = heading(facing);
  const ahead = new Vector3(0, -BELOW_EYES_M, -AHEAD_M).applyQuaternion(quaternion);
  return { position: ahead.add(head), quaternion: quaternion.multiply(TURNED) };
}

/** To the right of the tumour, tilted and turned to the head. */
export function panelPlace(head: Vector3, facing: Quaternion): Place {
  const turned = heading(facing);
  const aside = new Vector3(PANEL_ASIDE_M, PANEL_HIGHER_M - BELOW_EYES_M, -AHEAD_M);
  const position = aside.applyQuaternion(turned).add(head);
  const towards = new Matrix4().lookAt(head, position, UP);
  return { position, quaternion: new Quaternion().setFromRotationMatrix(towards) };
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
