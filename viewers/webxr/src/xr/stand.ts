/** Where the stand is in the room of this headset; see `placement.ts`. */
import { Matrix4, Quaternion, Vector3 } from "three";
import { type Pose, poseFrom } from "../state/pose";
import type { Place } from "./placement";

export const stand = new Matrix4();

const ONE = new Vector3(1, 1, 1);
const matrix = new Matrix4();
const [position, quaternion, scale] = [new Vector3(), new Quaternion(), new Vector3()];

export function putStand({ position: at, quaternion: turned }: Place): void {
  stand.compose(at, turned, ONE);
}

/** A pose of the room in the coordinates of the stand. */
export function fromStand(transform: XRRigidTransform): Pose {
  matrix.copy(stand).invert().multiply(new Matrix4().fromArray(transform.matrix));
  matrix.decompose(position, quaternion, scale);
  return poseFrom(position, quaternion);
}
