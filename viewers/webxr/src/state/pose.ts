/** Poses as they are on the wire: seven numbers, and an eighth, the magnification, for the tumour. */
import { type Matrix4, Quaternion, Vector3 } from "three";
import type { Person, Shared } from "../protocol.gen";

/** x, y, z in metres, a unit quaternion x, y, z, w. */
export type Pose = NonNullable<NonNullable<Person["presence"]>["head"]>;
/** The same, then how many times its size the tumour is shown. */
export type TumourPose = NonNullable<Shared["pose"]>;

const SAME = 1e-6;

export function poseFrom(position: Vector3, { x, y, z, w }: Quaternion): Pose {
  return [position.x, position.y, position.z, x, y, z, w];
}

export function tumourPoseFrom(position: Vector3, quaternion: Quaternion, magnification: number): TumourPose {
  return [...poseFrom(position, quaternion), magnification];
}

export function tumourPoseOf(matrix: Matrix4): TumourPose {
  const [position, quaternion, scale] = [new Vector3(), new Quaternion(), new Vector3()];
  matrix.decompose(position, quaternion, scale);
  return tumourPoseFrom(position, quaternion, scale.x);
}

export function positionOf([x, y, z]: Pose | TumourPose): Vector3 {
  return new Vector3(x, y, z);
}

export function quaternionOf([, , , x, y, z, w]: Pose | TumourPose): Quaternion {
  return new Quaternion(x, y, z, w).normalize();
}

export function magnificationOf(pose: TumourPose): number {
  return pose[7];
}

export function withMagnification([x, y, z, qx, qy, qz, qw]: TumourPose, magnification: number): TumourPose {
  return [x, y, z, qx, qy, qz, qw, magnification];
}

export function matrixOf(pose: TumourPose, into: Matrix4): Matrix4 {
  const scale = magnificationOf(pose);
  return into.compose(positionOf(pose), quaternionOf(pose), new Vector3(scale, scale, scale));
}

export function isSamePose(a: readonly number[] | null, b: readonly number[] | null): boolean {
  if (a === null || b === null) return a === b;
  return a.every((value, i) => Math.abs(value - (b[i] ?? NaN)) <= SAME);
}
