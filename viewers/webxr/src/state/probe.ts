/**
 * The probe: a plane through the scan at any angle, as a transducer held there would see it.
 *
 * Its pose is that of the plane in the scan's own scene, in metres: x to the picture's right, y to the
 * transducer, z out of the picture.
 */
import { Euler, Matrix4, Quaternion, Vector3 } from "three";
import { createStore } from "zustand/vanilla";
import type { ScanOpened } from "../protocol.gen";
import { lab } from "./lab";
import { showLayer } from "./layers";
import { type Pose, poseFrom, positionOf, quaternionOf } from "./pose";

export interface ProbeState {
  isOut: boolean;
  pose: Pose | null;
}

export const probe = createStore<ProbeState>(() => ({ isOut: false, pose: null }));

/** How a plane lies to the sweep: as its frames, along it from above, or level with the skin. */
export type Lie = "across" | "along" | "level";
export const LIES: readonly Lie[] = ["across", "along", "level"];
export const LIE_WORDS: Record<Lie, string> = { across: "Across", along: "Along", level: "Level" };

/** Degrees about the picture's y, x and z, from how the frames lie; mm from the middle along the normal. */
export interface Attitude {
  turnDeg: number;
  tiltDeg: number;
  rollDeg: number;
  placeMm: number;
}

/** Hold it so; null puts it away, and it comes back where it was. The frame makes room for it. */
export function showProbe(pose: Pose | null): void {
  const { isOut } = probe.getState();
  if (pose) probe.setState({ pose });
  if (isOut === (pose !== null)) return;
  probe.setState({ isOut: !isOut });
  showLayer("frame", isOut);
}

/** Through the middle; null before anything is open. */
export function laid(lie: Lie): Pose | null {
  const { scan, subject } = lab.getState();
  return scan && subject && poseFrom(subject.centre, lieIn(scan, lie));
}

/** How the probe lies, for somebody at a desk to change. */
export function attitudeOf(pose: Pose, scan: ScanOpened, centre: Vector3): Attitude {
  const across = lieIn(scan, "across");
  const { x, y, z } = new Euler().setFromQuaternion(across.invert().multiply(quaternionOf(pose)), "YXZ");
  const normal = new Vector3(0, 0, 1).applyQuaternion(quaternionOf(pose));
  const placeMm = positionOf(pose).sub(centre).dot(normal) * 1e3;
  const [turnDeg, tiltDeg, rollDeg] = [y, x, z].map((radians) => (radians * 180) / Math.PI) as [number, number, number];
  return { turnDeg, tiltDeg, rollDeg, placeMm };
}

export function poseOf({ turnDeg, tiltDeg, rollDeg, placeMm }: Attitude, scan: ScanOpened, centre: Vector3): Pose {
  const [x, y, z] = [tiltDeg, turnDeg, rollDeg].map((deg) => (deg * Math.PI) / 180) as [number, number, number];
  const turned = lieIn(scan, "across").multiply(new Quaternion().setFromEuler(new Euler(x, y, z, "YXZ")));
  const position = new Vector3(0, 0, placeMm * 1e-3).applyQuaternion(turned).add(centre);
  return poseFrom(position, turned);
}

/** A rectangle in the plane, in metres. */
export interface Section {
  left: number;
  bottom: number;
  width: number;
  height: number;
}

/**
 * Where a plane meets the scan's voxels, as the rectangle around that.
 *
 * @param shape voxels along (z, y, x).
 * @param indexFromPlane metres of the plane (x, y, 0) → voxel index (x, y, z).
 * @returns null where it passes the scan by.
 */
export function sectionOf([z, y, x]: readonly [number, number, number], indexFromPlane: Matrix4): Section | null {
  const planeFromIndex = indexFromPlane.clone().invert();
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((n) =>
    new Vector3((n & 1 ? x : 0) - 0.5, (n & 2 ? y : 0) - 0.5, (n & 4 ? z : 0) - 0.5).applyMatrix4(planeFromIndex),
  );
  const met: Vector3[] = [];
  corners.forEach((from, n) => {
    for (const bit of [1, 2, 4]) {
      const to = corners[n | bit];
      if (n & bit || !to || from.z * to.z > 0) continue;
      met.push(from.z === to.z ? from : from.clone().lerp(to, from.z / (from.z - to.z)));
    }
  });
  if (met.length < 3) return null;
  const [xs, ys] = [met.map((p) => p.x), met.map((p) => p.y)];
  const [left, bottom] = [Math.min(...xs), Math.min(...ys)];
  return { left, bottom, width: Math.max(...xs) - left, height: Math.max(...ys) - bottom };
}

/** Rows of a frame go away from the transducer, so that up is −y of voxel indices. */
function lieIn({ scene_from_index }: ScanOpened, lie: Lie): Quaternion {
  const [x, y, z] = [new Vector3(), new Vector3(), new Vector3()];
  new Matrix4().fromArray(scene_from_index).extractBasis(x, y, z);
  const up = y.negate();
  const [right, top] = lie === "across" ? [x, up] : lie === "along" ? [z, up] : [x, z];
  const [a, b] = [right.normalize(), top.normalize()];
  return new Quaternion().setFromRotationMatrix(new Matrix4().makeBasis(a, b, a.clone().cross(b)));
}

/** Between across and along, so that it is seen for another plane than the frames'. */
const FIRST = { turnDeg: 45, tiltDeg: 0, rollDeg: 0, placeMm: 0 };

/** As it first lies; until it is moved it follows the middle of what is looked at. */
let untouched: Pose | null = null;

export function firstPose(): Pose | null {
  const { scan, subject } = lab.getState();
  untouched = scan && subject && poseOf(FIRST, scan, subject.centre);
  return untouched;
}

lab.subscribe(({ scan, subject }, before) => {
  const { isOut, pose } = probe.getState();
  const isOther = scan?.scan !== before.scan?.scan;
  if (isOther || (pose === untouched && subject !== before.subject)) probe.setState({ pose: null });
  if (isOut && probe.getState().pose === null) probe.setState({ pose: firstPose() });
});
