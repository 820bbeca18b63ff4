/**
 * `window.parasam`: what the page shows, to read and not to change; for tests and the curious.
 * Nothing else of ours is global.
 */
import { type Object3D, Vector3 } from "three";
import { type Budget, budget } from "./state/budget";
import { dialogs } from "./desk/dialogs";
import { screen } from "./desk/screen";
import { against } from "./state/against";
import { confidence } from "./state/confidence";
import { companions, company } from "./state/company";
import { growthOf } from "./state/growth";
import { isMeasuredBefore, lab } from "./state/lab";
import { course, everything } from "./state/measurements";
import { BESIDE_NAME } from "./scene/RowItem";
import { beside } from "./state/beside";
import { hologram } from "./state/hologram";
import { planes } from "./state/planes";
import { player } from "./state/player";
import { probe } from "./state/probe";
import { drawnVoxels } from "./state/voxels";
import { valueOf } from "./state/marks";
import { marksDrawn, measuring } from "./state/measuring";
import { measuredFrame, renderer, specimen, volume } from "./renderer";
import { type Layer, layers } from "./state/layers";
import { type Levels, levels } from "./state/levels";
import { notice } from "./state/notice";
import { pictures } from "./state/pictures";
import { held } from "./xr/held";
import { origin } from "./xr/origin";
import { reach } from "./xr/reach";
import { xr } from "./xr/session";

const PARTS = ["head", "left", "right"] as const;
type Part = (typeof PARTS)[number];

export interface Seen {
  connection: string;
  failure: string | null;
  notice: string | null;
  scans: string[];
  scan: string | null;
  label: string | null;
  /** The frame asked for, and the one whose picture is shown. */
  frame: number;
  shownFrame: number | null;
  slicesHeld: number;
  framesOfScan: number;
  /** The 3D texture, and how many frames are in it as fine as they will be. */
  volume: { size: number[]; framesTaken: number; isComplete: boolean } | null;
  /** Whether the probe is out, and its plane in the scan's own scene: x, y, z in metres, a quaternion. */
  probe: { isOut: boolean; pose: number[] | null };
  /** How far the way to a Looking Glass is: see `state/hologram.ts`. */
  hologram: string;
  /** What stands beside the tumour, and where hands have put it, by scan and mask. */
  beside: { what: string; moved: Readonly<Record<string, readonly number[]>> };
  /** Whether the growth curve hangs in the room. */
  hasGrowthBoard: boolean;
  /** Where those beside it are drawn in the room, in metres. */
  row: Record<string, number[]>;
  /** The three planes, and the voxel index (x, y) that the two from the side and above go through. */
  planes: { areShown: boolean; at: { x: number; y: number } | null };
  /** How many faces of voxels are drawn, and how many voxels along x, y and z as one; null where none are. */
  voxels: { faces: number; block: readonly number[] } | null;
  /** Whether the frames are played, how many a second, and whether round and round. */
  player: { isPlaying: boolean; framesPerSecond: number; isLooped: boolean };
  mesh: { level: number; levels: number; triangles: number } | null;
  volumeMm3: number | null;
  xr: { mode: string | null; inputs: string[] };
  /** Where in the room, in metres, what a hand can draw or press is. */
  reach: Record<string, number[]>;
  layers: Record<Layer, boolean>;
  levels: Levels;
  magnification: number;
  /** What the tumour was put down on, and how high that is. */
  standsOn: { kind: string; y: number } | null;
  /** Column-major; the headset's metres → the room's: how the user went and turned. */
  origin: number[];
  pictures: string[];
  /** Column-major; scene metres of the tumour's own → the room's. */
  tumourMatrixWorld: number[] | null;
  /** What was measured and noted, as it is drawn; `pixels` are places on the stage, [] in a headset. */
  marks: { id: string; kind: string; text: string; value: string; points: number[][]; pixels: number[][] }[];
  /** Column-major; mm of the scan's frame → the room's metres. */
  mmMatrixWorld: number[] | null;
  /** Whether colours say how sure the model was, and which frames a person should look at. */
  confidence: { isShown: boolean; doubtful: readonly number[] };
  against: { other: string | null; way: string; rangeMm: number | null };
  measuring: { tool: string | null; placed: number; chosen: string | null; diameters: boolean };
  company: { together: boolean; you: string; people: string[]; companions: string[]; pose: number[] | null };
  /** Where the others' heads and hands are drawn in the room, in metres, by their ids. */
  others: Record<string, Partial<Record<Part, number[]>>>;
  /** What is shown, in one string: the same on pages that show the same. */
  scene: string;
  view: string;
  /** Masks of the library that are measured, of how many. */
  measurements: { known: number; total: number };
  /** The open subject's course: time, in days where it is known, and volume in mm³. */
  growth: [number, number][];
  dialog: string | null;
  renderer: { calls: number; triangles: number; geometries: number; textures: number } | null;
  budget: Budget;
}

export interface Handle {
  readonly version: 1;
  readonly state: Seen;
}

declare global {
  interface Window {
    readonly parasam?: Handle;
  }
}

export function showHandle(): void {
  const handle: Handle = {
    version: 1,
    get state() {
      return seen();
    },
  };
  Object.defineProperty(window, "parasam", { value: Object.freeze(handle) });
}

function seen(): Seen {
  const { connection, failure, scans, scan, frame, slice, slicesHeld, mesh, measured } = lab.getState();
  const { mode, inputSourceStates } = xr.getState();
  return {
    connection,
    failure,
    notice: notice.getState().text,
    pictures: pictures.getState().taken.map(({ name }) => name),
    scans: scans.map(({ id }) => id),
    scan: scan?.scan ?? null,
    label: scan?.label ?? null,
    frame,
    shownFrame: slice?.frame ?? null,
    slicesHeld,
    framesOfScan: scan?.shape[0] ?? 0,
    volume: sampled(),
    probe: probe.getState(),
    hologram: hologram.getState().stage,
    beside: beside.getState(),
    hasGrowthBoard: specimen.current?.getObjectByName("growth") !== undefined,
    row: rowDrawn(),
    planes: planes.getState(),
    voxels: drawnVoxels.getState().drawn,
    player: player.getState(),
    mesh: mesh && { level: mesh.level, levels: mesh.levels, triangles: mesh.triangles },
    volumeMm3: isMeasuredBefore(lab.getState()) ? null : (measured?.volume_mm3 ?? null),
    reach: inReach(),
    layers: layers.getState(),
    levels: levels.getState(),
    xr: { mode, inputs: inputSourceStates.map(({ type }) => type) },
    magnification: held.getState().magnification,
    standsOn: standing(),
    origin: origin.matrix.toArray(),
    tumourMatrixWorld: specimen.current?.matrixWorld.toArray() ?? null,
    marks: marksShown(),
    mmMatrixWorld: measuredFrame.current?.matrixWorld.toArray() ?? null,
    measuring: measuringNow(),
    confidence: { ...confidence.getState(), doubtful: lab.getState().measured?.doubtful ?? [] },
    against: comparedNow(),
    company: inCompany(),
    others: othersDrawn(),
    scene: sceneShown(),
    view: lab.getState().view,
    measurements: measurementsKnown(),
    growth: growthDrawn(),
    dialog: dialogs.getState().open,
    renderer: drawn(),
    budget: budget.getState(),
  };
}

function marksShown(): Seen["marks"] {
  return marksDrawn(lab.getState().marks, measuring.getState()).map((mark) => ({
    id: mark.id,
    kind: mark.kind,
    text: mark.text,
    value: valueOf(mark),
    points: mark.points_mm,
    pixels: mark.points_mm.flatMap((point) => [screen.current?.placeOf(point) ?? []]),
  }));
}

function comparedNow(): Seen["against"] {
  const { other, way, compared } = against.getState();
  return { other, way, rangeMm: compared?.rangeMm ?? null };
}

function measuringNow(): Seen["measuring"] {
  const { tool, placed, chosen, hasDiameters } = measuring.getState();
  return { tool, placed: placed.length, chosen, diameters: hasDiameters };
}

function inCompany(): Seen["company"] {
  const state = company.getState();
  const { together, you, people, pose } = state;
  const ids = (some: readonly { id: string }[]) => some.map(({ id }) => id);
  return { together, you, people: ids(people), companions: ids(companions(state)), pose };
}

function othersDrawn(): Seen["others"] {
  const found: Seen["others"] = {};
  for (const { id } of companions(company.getState())) {
    const drawn: Partial<Record<Part, number[]>> = (found[id] = {});
    for (const part of PARTS) {
      const object = specimen.current?.parent?.getObjectByName(`${part} ${id}`);
      if (object?.visible) drawn[part] = object.getWorldPosition(new Vector3()).toArray();
    }
  }
  return found;
}

function rowDrawn(): Seen["row"] {
  const found: Seen["row"] = {};
  specimen.current?.traverse(({ name, parent }) => {
    if (name.startsWith(BESIDE_NAME) && parent) found[name.slice(BESIDE_NAME.length)] = parent.getWorldPosition(new Vector3()).toArray();
  });
  return found;
}

function sceneShown(): string {
  const { scan, view, levels, slice, measured } = lab.getState();
  const { pose } = company.getState();
  const meshes = levels.map(({ sha256 }) => sha256);
  const place = [scan?.scan, scan?.label, slice?.frame, slice?.sha256];
  const held = probe.getState().isOut && probe.getState().pose;
  return JSON.stringify([...place, view, pose, held, beside.getState().what, meshes, measured?.volume_mm3]);
}

function measurementsKnown(): Seen["measurements"] {
  const { rows, total } = everything.getState();
  return { known: rows.length, total };
}

function growthDrawn(): Seen["growth"] {
  const { scan } = lab.getState();
  const { points } = growthOf(course.getState().rows, scan?.subject ?? "", scan?.label ?? "");
  return points.map(({ at, volumeMm3 }) => [at, volumeMm3]);
}

function standing(): Seen["standsOn"] {
  const { standsOn } = held.getState();
  return standsOn && { kind: standsOn.kind, y: standsOn.y };
}

function inReach(): Seen["reach"] {
  const there = Object.entries(reach).filter((entry): entry is [string, Object3D] => entry[1] !== null);
  return Object.fromEntries(there.map(([name, object]) => [name, object.getWorldPosition(new Vector3()).toArray()]));
}

function sampled(): Seen["volume"] {
  if (!volume.current) return null;
  const { framesTaken, isComplete } = volume.current;
  const { width, height, depth } = volume.current.sampled.texture.image;
  return { size: [width, height, depth], framesTaken, isComplete };
}

function drawn(): Seen["renderer"] {
  if (!renderer.current) return null;
  const { render, memory } = renderer.current.info;
  return { calls: render.calls, triangles: render.triangles, ...memory };
}
