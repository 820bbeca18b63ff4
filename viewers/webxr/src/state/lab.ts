/**
 * What the lab shows, outside React: entering VR, leaving it or losing focus changes nothing here.
 *
 * `talk.ts` writes what the server says, the functions below what the user does; the scene, the
 * panels and `window.parasam` read.
 */
import { Box3, type BufferGeometry, Matrix4, Sphere, Vector3 } from "three";
import { createStore } from "zustand/vanilla";
import { doing } from "../format";
import type { JobState, Mark, Marks, Measured, MeshData, ScanCard, ScanOpened, VolumeData } from "../protocol.gen";
import { say } from "./notice";
import type { Slice } from "./slices";
import { type CoarseVolume, coarseFrom } from "./volume";

export type Connection = "connecting" | "open" | "reconnecting";
export type View = "cut" | "glass" | "solid" | "voxels" | "inside";
export const VIEWS: readonly View[] = ["cut", "glass", "solid", "voxels", "inside"];
export const VIEW_WORDS: Record<View, string> = { cut: "Cut", glass: "Glass", solid: "Whole", voxels: "Voxels", inside: "Inside" };

export function isView(name: string): name is View {
  return (VIEWS as readonly string[]).includes(name);
}

/** Which scan the user wants to see; `label` null leaves the choice to the server. */
export interface Wanted {
  scan: string;
  label: string | null;
}

export interface ShownMesh extends Pick<MeshData, "level" | "levels" | "triangles" | "sha256"> {
  geometry: BufferGeometry;
}

/** The ball, in metres of the scene, that the camera frames and the hands turn. */
export interface Subject {
  centre: Vector3;
  radius: number;
}

export interface LabState {
  connection: Connection;
  /** Why the line fell, in the server's words; "" where it gave none. */
  dropped: string;
  server: string;
  scans: ScanCard[];
  wanted: Wanted | null;
  scan: ScanOpened | null;
  measured: Measured | null;
  /** What people measured and noted in the scan, oldest first. */
  marks: readonly Mark[];
  /** The levels of the mesh that have come, coarse first; `mesh` is the finest of them. */
  levels: readonly ShownMesh[];
  mesh: ShownMesh | null;
  subject: Subject | null;
  /** The frame that is looked at; `slice` is that frame, or the nearest that has come. */
  frame: number;
  slice: Slice | null;
  slicesHeld: number;
  /** All frames, coarse; null until it has come. */
  volume: CoarseVolume | null;
  /** Long work that is under way on the server, for any page. */
  jobs: readonly JobState[];
  /** What went wrong, a sentence for the user. */
  failure: string | null;
  view: View;
}

const NOTHING_OPEN = {
  scan: null,
  measured: null,
  marks: [],
  levels: [],
  mesh: null,
  subject: null,
  frame: 0,
  slice: null,
  slicesHeld: 0,
  volume: null,
} satisfies Partial<LabState>;

export const lab = createStore<LabState>(() => ({
  connection: "connecting",
  dropped: "",
  server: "",
  scans: [],
  wanted: null,
  jobs: [],
  failure: null,
  view: "cut",
  ...NOTHING_OPEN,
}));

/** Take a scan's geometry; what was shown of another scan or label goes, and so does what is empty now. */
export function showScan(scan: ScanOpened): void {
  const before = lab.getState().scan;
  if (before !== null && isSameScan(before, scan)) {
    const gone = scan.frames_with_tumour === null ? { measured: null, levels: [], mesh: null } : {};
    lab.setState({ scan, failure: null, marks: [], ...gone });
    return;
  }
  lab.setState({
    ...NOTHING_OPEN,
    scan,
    failure: null,
    subject: subjectOfFrames(scan),
    frame: firstFrameToShow(scan),
  });
}

/**
 * Take a level of the mesh, in the place of what was of that level. Another coarsest one is of
 * another surface, whose finer levels are still to come: those of the one before go.
 */
export function showMesh(header: MeshData, geometry: BufferGeometry): void {
  const { scan, levels: before } = lab.getState();
  if (scan === null || scan.scan !== header.scan || scan.label !== header.label) return;
  const { level, levels: count, triangles, sha256 } = header;
  const isOther = level === 0 && before[0]?.sha256 !== sha256;
  const others = isOther ? [] : before.filter((m) => m.level !== level && (level === 0 || m.level < count));
  const levels = [...others, { level, levels: count, triangles, sha256, geometry }];
  levels.sort((a, b) => a.level - b.level);
  lab.setState({ levels, mesh: levels.at(-1) ?? null });
  if (before.length === 0) lab.setState({ subject: subjectOfMesh(geometry) });
}

/** The finest level of at most so many triangles, or the coarsest there is. */
export function finestWithin(levels: readonly ShownMesh[], triangles: number): ShownMesh | null {
  return levels.findLast((m) => m.triangles <= triangles) ?? levels[0] ?? null;
}

/** Take a scan's grey levels as a whole. */
export function showVolume(header: VolumeData, payload: Uint8Array): void {
  const { scan } = lab.getState();
  if (scan?.scan === header.scan) lab.setState({ volume: coarseFrom(header, payload) });
}

/** The frame that is drawn: that looked at, if only coarse, or the nearest that has come. */
export function drawnFrame({ frame, slice, volume }: LabState): number | null {
  return volume ? frame : (slice?.frame ?? null);
}

/** Whether anything of the scan is in the scene: a surface, or a frame. */
export function isAnythingDrawn(state: LabState): boolean {
  return state.mesh !== null || drawnFrame(state) !== null;
}

/** The scan that is on its way while nothing of it is in the scene; null where none is. */
export function loadingNow(state: LabState): string | null {
  const { connection, failure, wanted } = state;
  const isWaiting = connection === "open" && failure === null && !isAnythingDrawn(state);
  return isWaiting ? (wanted?.scan ?? null) : null;
}

export function showMeasured(measured: Measured): void {
  const { scan } = lab.getState();
  if (scan?.scan === measured.scan && scan.label === measured.label) lab.setState({ measured });
}

/** Take all of a scan's marks; it has none until they come. */
export function showMarks({ scan, marks }: Marks): void {
  if (lab.getState().scan?.scan === scan) lab.setState({ marks });
}

/** Whether the numbers are of the mask before: the surface is anew, and is being measured. */
export function isMeasuredBefore({ levels, measured }: LabState): boolean {
  return measured !== null && levels[0] !== undefined && levels[0].sha256 !== measured.mesh;
}

/** Keep what is under way; say why a job failed. */
export function showJob(job: JobState): void {
  const others = lab.getState().jobs.filter(({ id }) => id !== job.id);
  const isUnderWay = job.state === "waiting" || job.state === "running";
  lab.setState({ jobs: isUnderWay ? [...others, job] : others });
  if (job.state === "cancelled") say(`${doing(job)} was cancelled; nothing was stored.`);
  if (job.state === "failed") lab.setState({ failure: `${doing(job)} failed: ${job.sentence}` });
}

/** How many scans there are of the subject that is open; 0 where nobody knows which it is. */
export function timesScanned({ scan, scans }: LabState): number {
  return scans.filter(({ subject }) => subject !== "" && subject === scan?.subject).length;
}

export function isSameScan(a: ScanOpened, b: ScanOpened): boolean {
  return a.scan === b.scan && a.label === b.label && a.shape.join() === b.shape.join();
}

/** The middle of the tumour, or of the sweep where there is none. */
export function firstFrameToShow({ frames_with_tumour, shape }: ScanOpened): number {
  const [first, last] = frames_with_tumour ?? [0, shape[0] - 1];
  return Math.round((first + last) / 2);
}

/** A frame that the scan has. */
export function clampFrame(frame: number, { shape }: ScanOpened): number {
  return Math.min(Math.max(Math.round(frame), 0), shape[0] - 1);
}

function subjectOfFrames({ scene_from_index, shape: [z, y, x] }: ScanOpened): Subject {
  const box = new Box3(new Vector3(-0.5, -0.5, 0), new Vector3(x - 0.5, y - 0.5, z - 1));
  box.applyMatrix4(new Matrix4().fromArray(scene_from_index));
  return subjectIn(box.getBoundingSphere(new Sphere()));
}

function subjectOfMesh(geometry: BufferGeometry): Subject {
  geometry.computeBoundingSphere();
  return subjectIn(geometry.boundingSphere ?? new Sphere());
}

function subjectIn({ center, radius }: Sphere): Subject {
  return { centre: center.clone(), radius };
}
