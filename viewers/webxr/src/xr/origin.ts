/**
 * Where the user's floor is in the room that is drawn: moved by going and turning in VR, at rest in MR.
 *
 * What the headset tells is in the coordinates of this group; all else is in the room's.
 */
import { Group, Matrix4, Quaternion, Vector3 } from "three";
import type { Place } from "./placement";

export const origin = new Group();
origin.name = "origin";

const UP = new Vector3(0, 1, 0);
const scale = new Vector3();

/** What a pose of the headset's is in the room. */
export function inRoom({ matrix }: XRRigidTransform, into = new Matrix4()): Matrix4 {
  origin.updateMatrix();
  return into.fromArray(matrix).premultiply(origin.matrix);
}

/** A point of the room in the headset's coordinates. */
export function fromRoom(point: Vector3): Vector3 {
  origin.updateMatrix();
  return point.clone().applyMatrix4(origin.matrix.clone().invert());
}

export function placeOf(matrix: Matrix4): Place {
  const place = { position: new Vector3(), quaternion: new Quaternion() };
  matrix.decompose(place.position, place.quaternion, scale);
  return place;
}

/** Stand with the head above this point of the floor. */
export function goTo(point: Vector3, head: Vector3): void {
  origin.position.x += point.x - head.x;
  origin.position.z += point.z - head.z;
}

/** Turn to the left, about the head. */
export function turn(radians: number, head: Vector3): void {
  const step = new Quaternion().setFromAxisAngle(UP, radians);
  origin.position.sub(head).applyQuaternion(step).add(head);
  origin.quaternion.premultiply(step);
}

export function backToStart(): void {
  origin.position.set(0, 0, 0);
  origin.quaternion.identity();
}
