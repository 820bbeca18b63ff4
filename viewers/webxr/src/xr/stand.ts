/** Where the stand is in the room of this headset; see `placement.ts`. */
import { Matrix4, Quaternion, Vector3 } from "three";
import { type Pose, poseFrom, positionOf, type TumourPose } from "../state/pose";
import type { Place } from "./placement";

export const stand = new Matrix4();

const ONE = new Vector3(1, 1, 1);
const matrix = new Matrix4();
const [position, quaternion, scale] = [new Vector3(), new Quaternion(), new Vector3()];

export function putStand({ position: at, quaternion: turned }: Place): void {
  stand.compose(at, turned, ONE);
}

/** A pose of the room in the coordinates of the stand. */
export function fromStand(inRoom: Matrix4): Pose {
  matrix.copy(stand).invert().multiply(inRoom);
  matrix.decompose(position, quaternion, scale);
  return poseFrom(position, quaternion);
}

/** Where the tumour of this pose is in the room. */
export function fromStandToRoom(pose: TumourPose, into: Vector3): Vector3 {
  return into.copy(positionOf(pose)).applyMatrix4(stand);
}
