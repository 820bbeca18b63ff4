/**
 * Where the tumour and the panel float when a session begins: before the chest, in reach.
 *
 * The tumour's pose is kept in the coordinates of the stand, an upright place in the room. Those who
 * go together stand around it, each at a seat, and every headset has it before its own eyes.
 */
import { Matrix4, type Object3D, Quaternion, Vector3 } from "three";
import { positionOf, type TumourPose, tumourPoseFrom } from "../state/pose";

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
const SEATS = 6;

export interface Place {
  position: Vector3;
  quaternion: Quaternion;
}

/** How many times its size a ball is shown: a round number that makes it fit two hands. */
export function magnificationFor(radius: number): number {
  const fits = ROUND_MAGNIFICATIONS.filter((m) => 2 * radius * m <= HELD_DIAMETER_M);
  return Math.max(SMALLEST_MAGNIFICATION, ...fits);
}

/** As the first who holds it has it: at the stand, a little turned. */
export function firstPose(radius: number): TumourPose {
  return tumourPoseFrom(new Vector3(), TURNED, magnificationFor(radius));
}

/** The stand, in the room: so that a tumour of this pose lies before a head that looks along −z of `facing`. */
export function standPlace(head: Vector3, facing: Quaternion, seat: number, pose: TumourPose): Place {
  const turned = heading(facing);
  const ahead = new Vector3(0, -BELOW_EYES_M, -AHEAD_M).applyQuaternion(turned);
  const quaternion = turned.multiply(new Quaternion().setFromAxisAngle(UP, seatAngle(seat)));
  return { position: ahead.add(head).sub(positionOf(pose).applyQuaternion(quaternion)), quaternion };
}

/** 0°, 60°, −60°, 120°, −120°, 180°, and then again. */
function seatAngle(seat: number): number {
  const place = seat % SEATS;
  return Math.ceil(place / 2) * (place % 2 === 1 ? 1 : -1) * ((2 * Math.PI) / SEATS);
}

/** On the pointing hand's side of the tumour, tilted and turned to the head. */
export function panelPlace(head: Vector3, facing: Quaternion, side: "left" | "right"): Place {
  const turned = heading(facing);
  const aside = new Vector3(side === "left" ? -PANEL_ASIDE_M : PANEL_ASIDE_M, PANEL_HIGHER_M - BELOW_EYES_M, -AHEAD_M);
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
