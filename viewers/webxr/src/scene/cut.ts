/** Where the tumour is cut: at the probe where it is out, else at the current frame. */
import { useFrame } from "@react-three/fiber";
import { type RefObject, useMemo } from "react";
import { type Camera, type Group, Matrix4, Plane, Vector3 } from "three";
import { drawnFrame, lab } from "../state/lab";
import { positionOf, quaternionOf } from "../state/pose";
import { probe } from "../state/probe";

/** The two sides of a plane, in world coordinates, as three.js clips: kept where > 0. */
export class Cut {
  readonly far = new Plane();
  readonly near = new Plane();
  readonly #eye = new Vector3();

  /** @param point of the plane, and its `normal`: in coordinates that `world` takes to the world's. */
  place(world: Matrix4, point: Vector3, normal: Vector3, camera: Camera): void {
    point.applyMatrix4(world);
    normal.transformDirection(world);
    this.#eye.setFromMatrixPosition(camera.matrixWorld).sub(point);
    if (this.#eye.dot(normal) > 0) normal.negate();
    this.far.setFromNormalAndCoplanarPoint(normal, point);
    this.near.copy(this.far).negate();
  }
}

/** Kept in step with what cuts, the eye's side the near one. `group` lives in the scan's own scene. */
export function useCut(group: RefObject<Group | null>, sceneFromIndex: Matrix4 | null): Cut {
  const cut = useMemo(() => new Cut(), []);
  useFrame(({ camera }) => {
    const frame = drawnFrame(lab.getState());
    if (!sceneFromIndex || !group.current || frame === null) return;
    group.current.updateWorldMatrix(true, false);
    cut.place(group.current.matrixWorld, ...whatCuts(sceneFromIndex, frame), camera);
  });
  return cut;
}

function whatCuts(sceneFromIndex: Matrix4, frame: number): [point: Vector3, normal: Vector3] {
  const { isOut, pose } = probe.getState();
  const ahead = new Vector3(0, 0, 1);
  if (isOut && pose) return [positionOf(pose), ahead.applyQuaternion(quaternionOf(pose))];
  return [new Vector3(0, 0, frame).applyMatrix4(sceneFromIndex), ahead.transformDirection(sceneFromIndex)];
}
