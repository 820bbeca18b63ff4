/**
 * The tumour's surface: whole, as glass, or cut at the probe or else at the current frame, the half
 * before it glass.
 */
import { useFrame, useThree } from "@react-three/fiber";
import { useEffect, useMemo, useRef } from "react";
import { type Camera, type Group, Matrix4, MeshStandardMaterial, Plane, Vector3 } from "three";
import { useStore } from "zustand";
import { budget } from "../state/budget";
import { drawnFrame, finestWithin } from "../state/lab";
import { positionOf, quaternionOf } from "../state/pose";
import { probe } from "../state/probe";
import { useLab } from "../useLab";
import { GhostMaterial } from "./ghostMaterial";

export const TUMOUR_COLOUR = "#d94f3c";
const GHOST_COLOUR = "#ff9c86";

export function Tumour({ sceneFromIndex }: { sceneFromIndex: Matrix4 | null }) {
  const most = useStore(budget, (b) => b.mostTriangles);
  const geometry = useLab((s) => finestWithin(s.levels, most)?.geometry);
  const coarse = useLab((s) => s.levels[0]?.geometry);
  const view = useLab((s) => s.view);
  const frame = useLab(drawnFrame);
  const invalidate = useThree((s) => s.invalidate);
  const group = useRef<Group>(null);
  const cut = useMemo(() => new Cut(), []);
  const { body, ghost } = useMemo(() => makeMaterials(), []);
  const isCut = view === "cut" && frame !== null;

  useEffect(() => () => void [body, ghost].forEach((m) => m.dispose()), [body, ghost]);
  useEffect(() => {
    invalidate();
    return () => geometry?.dispose();
  }, [geometry, invalidate]);
  useEffect(() => () => coarse?.dispose(), [coarse]);
  useEffect(() => {
    body.clippingPlanes = isCut ? [cut.far] : null;
    ghost.clippingPlanes = isCut ? [cut.near] : null;
    invalidate();
  }, [isCut, body, ghost, cut, invalidate]);

  useFrame(({ camera }) => {
    if (isCut && sceneFromIndex && group.current) {
      group.current.updateWorldMatrix(true, false);
      cut.place(group.current.matrixWorld, cutPlane(sceneFromIndex, frame), camera);
    }
  });

  if (!geometry || !coarse) return null;
  return (
    <group ref={group}>
      {view !== "glass" && <mesh name="tumour" geometry={geometry} material={body} raycast={nothing} pointerEvents="none" />}
      {view !== "solid" && (
        <mesh name="ghost" geometry={geometry} material={ghost} renderOrder={2} raycast={nothing} pointerEvents="none" />
      )}
      <mesh name="touch" geometry={coarse}>
        <meshBasicMaterial visible={false} />
      </mesh>
    </group>
  );
}

/** Where it is cut, in the scan's own scene. */
interface CutPlane {
  point: Vector3;
  normal: Vector3;
}

function cutPlane(sceneFromIndex: Matrix4, frame: number): CutPlane {
  const { isOut, pose } = probe.getState();
  const ahead = new Vector3(0, 0, 1);
  if (isOut && pose) return { point: positionOf(pose), normal: ahead.applyQuaternion(quaternionOf(pose)) };
  return { point: new Vector3(0, 0, frame).applyMatrix4(sceneFromIndex), normal: ahead.transformDirection(sceneFromIndex) };
}

/** The two sides of a plane, in world coordinates, as three.js clips: kept where > 0. */
class Cut {
  readonly far = new Plane();
  readonly near = new Plane();
  readonly #eye = new Vector3();

  place(world: Matrix4, { point, normal }: CutPlane, camera: Camera): void {
    point.applyMatrix4(world);
    normal.transformDirection(world);
    this.#eye.setFromMatrixPosition(camera.matrixWorld).sub(point);
    if (this.#eye.dot(normal) > 0) normal.negate();
    this.far.setFromNormalAndCoplanarPoint(normal, point);
    this.near.copy(this.far).negate();
  }
}

function makeMaterials() {
  const body = new MeshStandardMaterial({ color: TUMOUR_COLOUR, roughness: 0.46, metalness: 0 });
  return { body, ghost: new GhostMaterial(GHOST_COLOUR) };
}

function nothing(): void {
  // pointers meet the coarse mesh
}
