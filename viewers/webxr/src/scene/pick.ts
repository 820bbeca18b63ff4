/**
 * Which point of what is shown a ray or a fingertip means: of the surface as it is drawn, not of the
 * coarse one that pointers meet, and of the planes with ultrasound on them.
 *
 * What is cut away is not met, nor is a side that is not drawn. Where a ray meets both, what is solid
 * goes before what is glass: through the glass half one points at the frame.
 */
import { FrontSide, type Material, Matrix4, Mesh, type Object3D, type Ray, Vector3 } from "three";
import { measuredFrame, specimen } from "../renderer";
import { lab } from "../state/lab";
import type { Point } from "../state/marks";
import { type Accepts, TriangleTree } from "./triangleTree";

/** How many voxels a smooth surface may reach beyond the grid. */
const BEYOND = 1;

/** Put into `userData` of a mesh that can be measured on. */
export const MEASURED = { isMeasured: true };

/** What a ray in the room means, in mm of the scan's frame; null where it meets nothing that is measured. */
export function pointAlong(ray: Ray): Point | null {
  const mmFromRoom = mmFromRoomNow();
  if (mmFromRoom === null) return null;
  const inMm = ray.clone().applyMatrix4(mmFromRoom);
  const met = measuredMeshes().flatMap((mesh) => {
    const found = treeOf(mesh, mmFromRoom).along(inMm, drawn(mesh, mmFromRoom, true));
    return found === null ? [] : [{ ...found, isGlass: isGlass(mesh) }];
  });
  met.sort((a, b) => Number(a.isGlass) - Number(b.isGlass) || a.distance - b.distance);
  return met[0]?.point.toArray() ?? null;
}

/** The nearest point to a tip in the room, at most so many metres from it, in mm of the scan's frame. */
export function pointNear(tip: Vector3, reachM: number): Point | null {
  const mmFromRoom = mmFromRoomNow();
  if (mmFromRoom === null) return null;
  const inMm = tip.clone().applyMatrix4(mmFromRoom);
  const reachMm = reachM * mmFromRoom.getMaxScaleOnAxis();
  const near = measuredMeshes().flatMap(
    (mesh) => treeOf(mesh, mmFromRoom).nearest(inMm, reachMm, drawn(mesh, mmFromRoom, false)) ?? [],
  );
  near.sort((a, b) => a.distance - b.distance);
  return near[0]?.point.toArray() ?? null;
}

/** Have what is shown ready to be asked, which takes a moment the first time. */
export function prepareToPick(): void {
  const mmFromRoom = mmFromRoomNow();
  if (mmFromRoom !== null) measuredMeshes().forEach((mesh) => treeOf(mesh, mmFromRoom));
}

function mmFromRoomNow(): Matrix4 | null {
  measuredFrame.current?.updateWorldMatrix(true, false);
  return measuredFrame.current?.matrixWorld.clone().invert() ?? null;
}

function measuredMeshes(): Mesh[] {
  const found: Mesh[] = [];
  specimen.current?.traverseVisible((object: Object3D) => {
    if (object instanceof Mesh && object.userData["isMeasured"]) found.push(object);
  });
  return found;
}

/** Accepts what is drawn there: not cut away, not beyond the scan and, of what is seen, its outside. */
function drawn(mesh: Mesh, mmFromRoom: Matrix4, isSeen: boolean): Accepts {
  const { side, clippingPlanes } = materialOf(mesh);
  const roomFromMm = mmFromRoom.clone().invert();
  const isKept = (place: Vector3) => (clippingPlanes ?? []).every((plane) => plane.distanceToPoint(place) >= 0);
  return ({ point, facing }) =>
    (side !== FrontSide || !isSeen || facing < 0) && isInScan(point) && isKept(ROOM.copy(point).applyMatrix4(roomFromMm));
}

/** A plane at an angle is drawn as far as the scan's voxels go. */
function isInScan({ x, y, z }: Vector3): boolean {
  const { scan } = lab.getState();
  if (scan === null) return false;
  const index = INDEX.set(x, -y, -z).multiplyScalar(1e-3).applyMatrix4(MATRIX.fromArray(scan.scene_from_index).invert());
  return index.toArray().every((at, axis) => at > -0.5 - BEYOND && at < (scan.shape[2 - axis] ?? 0) - 0.5 + BEYOND);
}

function isGlass(mesh: Mesh): boolean {
  return !materialOf(mesh).depthWrite;
}

function materialOf({ material }: Mesh): Material {
  const [first] = Array.isArray(material) ? material : [material];
  if (!first) throw new Error("expected a mesh with a material, got none");
  return first;
}

interface Planted {
  tree: TriangleTree;
  mmFromMesh: Matrix4;
}

const planted = new WeakMap<object, Planted>();

/** Its triangles in mm; anew where it lies elsewhere in the scan's frame than when it was asked last. */
function treeOf(mesh: Mesh, mmFromRoom: Matrix4): TriangleTree {
  mesh.updateWorldMatrix(true, false);
  const mmFromMesh = mmFromRoom.clone().multiply(mesh.matrixWorld);
  const before = planted.get(mesh.geometry);
  if (before && isSamePlace(before.mmFromMesh, mmFromMesh)) return before.tree;
  const tree = new TriangleTree(mesh.geometry, mmFromMesh);
  planted.set(mesh.geometry, { tree, mmFromMesh });
  return tree;
}

/** But for what is lost where it is turned and moved through the room. */
function isSamePlace(a: Matrix4, b: Matrix4): boolean {
  const largest = Math.max(...a.elements.map(Math.abs));
  return a.elements.every((value, i) => Math.abs(value - (b.elements[i] ?? 0)) < 1e-9 * largest);
}

const ROOM = new Vector3();
const INDEX = new Vector3();
const MATRIX = new Matrix4();
