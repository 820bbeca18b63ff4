/** Three planes at right angles through one voxel: the frame, from the side, and from above. */
import { Matrix4, Vector3 } from "three";
import { createStore } from "zustand/vanilla";
import type { ScanOpened } from "../protocol.gen";
import { lab } from "./lab";

export interface PlanesState {
  areShown: boolean;
  /** Voxel index of the planes from the side and from above; null until they are first shown. The frame is the lab's. */
  at: { x: number; y: number } | null;
}

export const planes = createStore<PlanesState>(() => ({ areShown: false, at: null }));

type Axis = 0 | 1 | 2;

/** A plane: which voxel index (x, y, z) goes to the right, which down, and which is the same all over it. */
export interface Plane {
  name: string;
  right: Axis;
  down: Axis;
  through: Axis;
}

export const PLANES: readonly Plane[] = [
  { name: "Frame", right: 0, down: 1, through: 2 },
  { name: "From the side", right: 2, down: 1, through: 0 },
  { name: "From above", right: 0, down: 2, through: 1 },
];

export function showPlanes(areShown: boolean): void {
  const { scan, subject } = lab.getState();
  if (planes.getState().at === null && scan && subject) {
    const { x, y } = subject.centre.clone().applyMatrix4(new Matrix4().fromArray(scan.scene_from_index).invert());
    planes.setState({ at: within({ x, y }, scan) });
  }
  planes.setState({ areShown });
}

/** Put the planes from the side and from above there. */
export function moveTo(x: number, y: number): void {
  const { scan } = lab.getState();
  if (scan) planes.setState({ at: within({ x, y }, scan) });
}

/** What the planes go through, voxel index (x, y, z). */
export function crossing({ at }: PlanesState, frame: number): [number, number, number] {
  return [at?.x ?? 0, at?.y ?? 0, frame];
}

/** Takes a square from −½ to ½, y upward, to a plane's voxels, their outer edges at its sides. */
export function indexFromSquare({ right, down, through }: Plane, { shape }: ScanOpened, crossed: readonly number[]): Matrix4 {
  const [z, y, x] = shape;
  const size = [x, y, z];
  const across = new Vector3().setComponent(right, size[right]!);
  const up = new Vector3().setComponent(down, -size[down]!);
  const middle = new Vector3();
  middle.setComponent(right, (size[right]! - 1) / 2).setComponent(down, (size[down]! - 1) / 2);
  middle.setComponent(through, crossed[through]!);
  return new Matrix4().makeBasis(across, up, new Vector3().setComponent(through, 1)).setPosition(middle);
}

/** Width and height of a plane, mm. */
export function sizeMm({ right, down }: Plane, { shape, spacing_mm }: ScanOpened): [number, number] {
  const lengths = [2, 1, 0].map((k) => shape[k]! * spacing_mm[k]!);
  return [lengths[right]!, lengths[down]!];
}

function within({ x, y }: { x: number; y: number }, { shape }: ScanOpened): { x: number; y: number } {
  const clamp = (value: number, count: number) => Math.min(Math.max(Math.round(value), 0), count - 1);
  return { x: clamp(x, shape[2]), y: clamp(y, shape[1]) };
}

lab.subscribe(({ scan, subject }, before) => {
  if (scan?.scan === before.scan?.scan && subject === before.subject) return;
  planes.setState({ at: null });
  showPlanes(planes.getState().areShown);
});
