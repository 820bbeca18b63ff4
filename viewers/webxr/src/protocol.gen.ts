// Written by `python -m xr_server.typescript` from xr_server/protocol.py. Change that file instead.

/** `N` values of `T`. */
export type Tuple<T, N extends number, Held extends T[] = []> = Held["length"] extends N
  ? Held
  : Tuple<T, N, [...Held, T]>;

export const SUBPROTOCOL = "parasam.v1";
export const LARGEST_HEADER_BYTES = 1048576;
export const LARGEST_INCOMING_BYTES = 1048576;

/**
 * One line of the library's list.
 *
 * Attributes:
 *     id: what `Open` names.
 *     subject: the animal.
 *     timepoint: when it was scanned.
 *     frames: number of frames.
 *     labels: names of its masks.
 */
export interface ScanCard {
  id: string;
  subject: string;
  timepoint: string;
  frames: number;
  labels: string[];
}

/**
 * The server's first word on every connection: who it is, and the library.
 *
 * Attributes:
 *     server: name and version.
 *     session: token to come back with; see `Hello`.
 *     scans: what can be opened, by subject and timepoint.
 */
export interface Welcome {
  server: string;
  session: string;
  scans: ScanCard[];
  seq: number;
  type: "welcome";
}

/**
 * A scan's geometry.
 *
 * Attributes:
 *     scan: its id.
 *     label: the mask shown; null where it has none.
 *     labels: names of all its masks.
 *     shape: voxels along (z, y, x).
 *     spacing_mm: along (z, y, x), mm.
 *     spacing_source: who said so ("user", "ruler", …).
 *     scene_from_index: 16 numbers, column-major: voxel index (x, y, z, 1) → metres, Y-up.
 *         Frame k is the plane z = k; pixels' outer edges lie at −0.5 and n − 0.5.
 *     frames_with_tumour: first and last frame of the mask; null where empty.
 */
export interface ScanOpened {
  scan: string;
  subject: string;
  timepoint: string;
  label: string | null;
  labels: string[];
  shape: Tuple<number, 3>;
  spacing_mm: Tuple<number, 3>;
  spacing_source: string;
  scene_from_index: Tuple<number, 16>;
  frames_with_tumour: Tuple<number, 2> | null;
  seq: number;
  type: "scan";
}

/**
 * Header of a mesh; the payload is a GLB (metres, Y-up) packed by `EXT_meshopt_compression`
 * and `KHR_mesh_quantization`, or nothing where the page holds it.
 *
 * Attributes:
 *     level: 0 is the coarsest; finer levels replace it. A coarsest one of another digest takes
 *         the finer ones away: they are of the mask before.
 *     levels: how many there are; with the coarsest, how many at least.
 *     triangles: of this level.
 *     sha256: of the payload.
 *     error_mm: no vertex lies farther than this from the surface's own, mm.
 */
export interface MeshData {
  scan: string;
  label: string;
  level: number;
  levels: number;
  triangles: number;
  sha256: string;
  error_mm: number;
  seq: number;
  type: "mesh";
}

/**
 * Header of a frame; the payload is `height × width` grey bytes, rows top to bottom, then,
 * where `label` is given, the mask: one bit a pixel, rows top to bottom without padding between
 * them, the first pixel in the highest bit, the last byte filled up with zeros. It is nothing
 * where the page holds it.
 *
 * Attributes:
 *     sha256: of the payload.
 */
export interface SliceData {
  scan: string;
  frame: number;
  width: number;
  height: number;
  label: string | null;
  sha256: string;
  seq: number;
  type: "slice";
}

/**
 * Header of a scan's grey levels as a whole, averaged; the payload is a byte a sample, z-major,
 * rows top to bottom, or nothing where the page holds it. The frames come as slices all the same.
 *
 * Attributes:
 *     shape: samples along (z, y, x).
 *     step: how many voxels along (z, y, x) a sample is the mean of, and lies from the next.
 *     first: voxel index (z, y, x) of the first sample's centre; another's is `first + k step`.
 *     sha256: of the payload.
 */
export interface VolumeData {
  scan: string;
  shape: Tuple<number, 3>;
  step: Tuple<number, 3>;
  first: Tuple<number, 3>;
  sha256: string;
  seq: number;
  type: "volume";
}

/**
 * How far a body reaches along one direction; points are (x, y, z) in mm of the scan's frame.
 *
 * Attributes:
 *     feet_mm: points of the body, between which it is measured.
 *     ends_mm: of a line along the direction, as long as it and midway of the feet.
 */
export interface Diameter {
  feet_mm: Tuple<Tuple<number, 3>, 2>;
  ends_mm: Tuple<Tuple<number, 3>, 2>;
}

/**
 * The numbers of a mask. Volume comes from voxels; the mesh's is there to compare.
 *
 * Attributes:
 *     mesh: sha256 of the coarsest level of the surface that was measured; where a page shows
 *         another, these numbers are of the mask before.
 *     interval_mm3: lower and upper end of the volume's 95 % interval.
 *     extent_mm: length, width, height.
 *     warnings: why the volume should not be relied on.
 *     frames: first and last frame of the mask.
 *     diameters: where length, width and height are.
 *     confidence: how sure a model was of each frame, from the first of the scan; null where it
 *         drew nothing or a hand did since. Empty where no model drew the mask.
 *     doubtful: frames that a person should look at, of those that a model drew.
 *     drawn_by: whom or what the mask is of, and what was drawn over by hand since.
 */
export interface Measured {
  scan: string;
  label: string;
  mesh: string;
  volume_mm3: number;
  interval_mm3: Tuple<number, 2>;
  mesh_volume_mm3: number;
  surface_mm2: number;
  extent_mm: Tuple<number, 3>;
  caliper_mm3: number;
  voxels: number;
  frames: Tuple<number, 2>;
  warnings: string[];
  diameters: Diameter[];
  confidence: (number | null)[];
  doubtful: number[];
  drawn_by: string;
  seq: number;
  type: "measured";
}

/**
 * A distance, an angle or a note that somebody put into a scan.
 *
 * Attributes:
 *     id: names it within its scan.
 *     kind: has two, three and one point; the vertex of an angle is the second.
 *     points_mm: (x, y, z) in mm of the scan's frame: voxel index × spacing + origin.
 *     text: what a note says; the name of the others, "" where they have none.
 *     author: who made it, "" where nobody said.
 *     made: when, ISO 8601 in UTC.
 */
export interface Mark {
  id: string;
  kind: string;
  points_mm: Tuple<number, 3>[];
  text: string;
  author: string;
  made: string;
}

/**
 * All that people measured and noted in a scan, in the order it was made.
 *
 * A scan that is opened has none until they come.
 */
export interface Marks {
  scan: string;
  marks: Mark[];
  seq: number;
  type: "marks";
}

/**
 * What went wrong, as one sentence for the user; what was shown before stays.
 */
export interface Failed {
  sentence: string;
  seq: number;
  type: "failed";
}

/**
 * How far a job is: long work that somebody started, told to every page.
 *
 * Attributes:
 *     id: of the job.
 *     kind: what is done: "segment" or "export".
 *     scan: with which scan.
 *     label: which mask comes of it, or goes into the file.
 *     state: waiting, running, done, failed or cancelled.
 *     what: the step it is at.
 *     done: how much of that step, of `total`.
 *     sentence: why it failed; "" where it did not.
 *     file: name of the file that comes of it; "" where none does.
 */
export interface JobState {
  id: string;
  kind: string;
  scan: string;
  label: string;
  state: string;
  what: string;
  done: number;
  total: number;
  sentence: string;
  file: string;
  seq: number;
  type: "job";
}

/**
 * A scan and one of its masks; null leaves the choice of the mask to the server.
 */
export interface Selection {
  scan: string;
  label: string | null;
}

/**
 * A frame of a scan.
 */
export interface Place {
  scan: string;
  frame: number;
}

/**
 * Where somebody's head and hands are; null for what is not there.
 *
 * A pose is x, y, z in metres and a unit quaternion x, y, z, w, in the coordinates of the stand:
 * the place, upright, where the tumour was put before this person's eyes, Y up. Each headset has a
 * stand of its own in its room, and all of them are the same place of the scene.
 *
 * Attributes:
 *     immersed: whether they are in a headset.
 */
export interface Presence {
  immersed: boolean;
  head?: Tuple<number, 7> | null;
  left?: Tuple<number, 7> | null;
  right?: Tuple<number, 7> | null;
  type: "presence";
}

/**
 * Somebody else in the lab.
 *
 * Attributes:
 *     id: while they are here.
 *     name: what they call themselves; "" where they said none.
 *     together: whether they share the scene.
 *     away: their line has fallen; they may come back.
 *     presence: where they are; null while they have not said, or go their own way.
 */
export interface Person {
  id: string;
  name: string;
  together: boolean;
  away: boolean;
  presence: Presence | null;
}

/**
 * Where the probe is held to a scan.
 *
 * Attributes:
 *     pose: of its plane in the scan's own scene, x, y, z in metres and a unit quaternion x, y,
 *         z, w: x to the picture's right, y to the transducer; null where it is put away.
 */
export interface ProbeAt {
  scan: string;
  pose: Tuple<number, 7> | null;
}

/**
 * Who else is in the lab.
 *
 * Attributes:
 *     you: the reader's own id.
 *     seat: the reader's place around the stand, 0 at first; no two that are here have the same.
 *     people: the others, by seat.
 */
export interface People {
  you: string;
  seat: number;
  people: Person[];
  seq: number;
  type: "people";
}

/**
 * The scene of those who go together; null is what nobody has said yet.
 *
 * A page takes a field over unless it has changed that field itself by a later `Share` than the
 * server has `heard`; so its own changes do not come back to it late, and all end the same.
 *
 * Attributes:
 *     heard: the last `Share.change` of this page that is in it.
 *     selection: what is shown.
 *     place: the frame that is looked at; null after another scan was selected.
 *     view: how the tumour is drawn.
 *     pose: the tumour's, in the stand's coordinates; see `Share`.
 *     probe: where it is held; null after another scan was selected.
 *     beside: what stands in a row with the tumour.
 */
export interface Shared {
  heard: number;
  selection: Selection | null;
  place: Place | null;
  view: string | null;
  pose: Tuple<number, 8> | null;
  probe: ProbeAt | null;
  beside: string | null;
  seq: number;
  type: "shared";
}

/**
 * The page's first word.
 *
 * A page that lost its connection and is welcomed with the token it gave goes on where it was;
 * with another token (the server was started again) it sends `Open` and `Look` anew.
 *
 * Attributes:
 *     session: the token of `Welcome` where the page had one; null at first. For this page only:
 *         it holds what it was sent, so a copy of it must not use the token.
 *     holds: sha256 of the payloads that the page has kept, so that they are not sent again.
 */
export interface Hello {
  session?: string | null;
  holds?: string[];
  type: "hello";
}

/**
 * Show this scan, all of it from the start; null shows the first of its masks, if any.
 */
export interface Open {
  scan: string;
  label?: string | null;
  type: "open";
}

/**
 * The frame that is looked at: it is sent first, then its neighbours outward.
 */
export interface Look {
  scan: string;
  frame: number;
  type: "look";
}

/**
 * Message `seq` has been taken; the server may send more.
 */
export interface Ack {
  seq: number;
  type: "ack";
}

/**
 * Who the user is, on every connection, and whether to share a scene or go one's own way.
 */
export interface Join {
  name: string;
  together: boolean;
  type: "join";
}

/**
 * What the user changed of the scene; null is what stays.
 *
 * Sent anew after a drop until a `Shared` has heard it: what was heard before is not taken twice.
 *
 * Attributes:
 *     change: counts the page's changes, from 1.
 *     offer: take only what nobody has said yet: what a page shows when it joins.
 *     selection: a scan was opened.
 *     place: another frame is looked at; nothing where that scan is no longer selected.
 *     view: the tumour is drawn another way.
 *     pose: the tumour was moved: x, y, z in metres, a unit quaternion x, y, z, w, and its
 *         magnification, in the coordinates of the stand (see `Presence`).
 *     probe: it was taken, moved or put away; nothing where that scan is no longer selected.
 *     beside: others were put into a row with the tumour, or taken out of it.
 */
export interface Share {
  change: number;
  offer?: boolean;
  selection?: Selection | null;
  place?: Place | null;
  view?: string | null;
  pose?: Tuple<number, 8> | null;
  probe?: ProbeAt | null;
  beside?: string | null;
  type: "share";
}

export type ServerText = Welcome | ScanOpened | Measured | Marks | Failed | JobState | People | Shared;
export type ServerBinary = MeshData | SliceData | VolumeData;
export type ClientMessage = Hello | Open | Look | Ack | Join | Share | Presence;
export type ServerMessage = ServerText | ServerBinary;

/** A frame that is not of this protocol; `message` says what came. */
export class WireError extends Error {
  override name = "WireError";
}

type Check<T> = (value: unknown, place: string) => T;

function refuse(expected: string, value: unknown, place: string): never {
  const got = JSON.stringify(value)?.slice(0, 80) ?? String(value);
  throw new WireError(`expected ${expected} as ${place}, got ${got}`);
}

function textOf(shortest: number, longest: number, pattern?: RegExp): Check<string> {
  return (value, place) => {
    if (typeof value !== "string" || /\p{Surrogate}/u.test(value)) {
      return refuse("a text", value, place);
    }
    const length = [...value].length;
    if (length < shortest || length > longest) {
      return refuse(`a text of ${shortest} to ${longest} characters`, value, place);
    }
    return pattern && !pattern.test(value) ? refuse(`a text like ${pattern}`, value, place) : value;
  };
}

function wholeNumber(least: number, most: number): Check<number> {
  return (value, place) =>
    typeof value === "number" && Number.isInteger(value) && value >= least && value <= most
      ? value
      : refuse(`a whole number from ${least} to ${most}`, value, place);
}

const finiteNumber: Check<number> = (value, place) =>
  typeof value === "number" && Number.isFinite(value) ? value : refuse("a number", value, place);

function numberFrom(least: number, most: number): Check<number> {
  return (value, place) => {
    const taken = finiteNumber(value, place);
    if (taken >= least && taken <= most) return taken;
    return refuse(`a number from ${least}${most === Infinity ? "" : ` to ${most}`}`, value, place);
  };
}

const yesOrNo: Check<boolean> = (value, place) =>
  typeof value === "boolean" ? value : refuse("true or false", value, place);

function exactly<T extends string>(only: T): Check<T> {
  return (value, place) => (value === only ? only : refuse(`"${only}"`, value, place));
}

function orNull<T>(check: Check<T>): Check<T | null> {
  return (value, place) => (value === null ? null : check(value, place));
}

function listOf<T>(check: Check<T>, shortest: number, longest: number): Check<T[]> {
  return (value, place) => {
    if (!Array.isArray(value) || value.length < shortest || value.length > longest) {
      const count = shortest === longest ? `${shortest}` : `${shortest} to ${longest}`;
      return refuse(`a list of ${count}`, value, place);
    }
    return value.map((item, i) => check(item, `${place}.${i}`));
  };
}

function tupleOf<T, N extends number>(check: Check<T>, length: N): Check<Tuple<T, N>> {
  const list = listOf(check, length, length);
  return (value, place) => list(value, place) as Tuple<T, N>;
}

function withDefault<T>(check: Check<T>, fallback: () => T): Check<T> {
  return (value, place) => (value === undefined ? fallback() : check(value, place));
}

function objectOf<T extends object>(fields: { [K in keyof T]-?: Check<T[K]> }): Check<T> {
  return (value, place) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return refuse("an object", value, place);
    }
    const given = value as Record<string, unknown>;
    for (const name of Object.keys(given)) {
      if (!Object.hasOwn(fields, name)) refuse("no such field", given[name], `${place}.${name}`);
    }
    const taken = {} as T;
    for (const name of Object.keys(fields) as (keyof T & string)[]) {
      const there = Object.hasOwn(given, name) ? given[name] : undefined;
      taken[name] = fields[name](there, `${place}.${name}`);
    }
    return taken;
  };
}

function oneOf<T extends { type: string }>(checks: { [K in T["type"]]: Check<T> }): Check<T> {
  return (value, place) => {
    const tag = (value as { type?: unknown } | null | undefined)?.type;
    if (typeof tag !== "string" || !Object.hasOwn(checks, tag)) {
      return refuse(`a message of ${Object.keys(checks).join(", ")}`, value, place);
    }
    return checks[tag as T["type"]](value, place);
  };
}

const checkScanCard = objectOf<ScanCard>({
  id: textOf(1, 200),
  subject: textOf(0, Infinity),
  timepoint: textOf(0, Infinity),
  frames: wholeNumber(0, 9007199254740991),
  labels: listOf(textOf(0, Infinity), 0, Infinity),
});

const checkWelcome = objectOf<Welcome>({
  server: textOf(0, Infinity),
  session: textOf(1, 200),
  scans: listOf(checkScanCard, 0, Infinity),
  seq: withDefault(wholeNumber(0, 9007199254740991), () => 0),
  type: exactly("welcome"),
});

const checkScanOpened = objectOf<ScanOpened>({
  scan: textOf(1, 200),
  subject: textOf(0, Infinity),
  timepoint: textOf(0, Infinity),
  label: orNull(textOf(0, Infinity)),
  labels: listOf(textOf(0, Infinity), 0, Infinity),
  shape: tupleOf(wholeNumber(0, 9007199254740991), 3),
  spacing_mm: tupleOf(finiteNumber, 3),
  spacing_source: textOf(0, Infinity),
  scene_from_index: tupleOf(finiteNumber, 16),
  frames_with_tumour: orNull(tupleOf(wholeNumber(0, 9007199254740991), 2)),
  seq: withDefault(wholeNumber(0, 9007199254740991), () => 0),
  type: exactly("scan"),
});

const checkMeshData = objectOf<MeshData>({
  scan: textOf(1, 200),
  label: textOf(1, 200),
  level: wholeNumber(0, 9007199254740991),
  levels: wholeNumber(0, 9007199254740991),
  triangles: wholeNumber(0, 9007199254740991),
  sha256: textOf(0, Infinity, /^[0-9a-f]{64}$/u),
  error_mm: numberFrom(0, Infinity),
  seq: withDefault(wholeNumber(0, 9007199254740991), () => 0),
  type: exactly("mesh"),
});

const checkSliceData = objectOf<SliceData>({
  scan: textOf(1, 200),
  frame: wholeNumber(0, 9007199254740991),
  width: wholeNumber(0, 9007199254740991),
  height: wholeNumber(0, 9007199254740991),
  label: orNull(textOf(0, Infinity)),
  sha256: textOf(0, Infinity, /^[0-9a-f]{64}$/u),
  seq: withDefault(wholeNumber(0, 9007199254740991), () => 0),
  type: exactly("slice"),
});

const checkVolumeData = objectOf<VolumeData>({
  scan: textOf(1, 200),
  shape: tupleOf(wholeNumber(1, 9007199254740991), 3),
  step: tupleOf(wholeNumber(1, 9007199254740991), 3),
  first: tupleOf(finiteNumber, 3),
  sha256: textOf(0, Infinity, /^[0-9a-f]{64}$/u),
  seq: withDefault(wholeNumber(0, 9007199254740991), () => 0),
  type: exactly("volume"),
});

const checkDiameter = objectOf<Diameter>({
  feet_mm: tupleOf(tupleOf(finiteNumber, 3), 2),
  ends_mm: tupleOf(tupleOf(finiteNumber, 3), 2),
});

const checkMeasured = objectOf<Measured>({
  scan: textOf(1, 200),
  label: textOf(1, 200),
  mesh: textOf(0, Infinity, /^[0-9a-f]{64}$/u),
  volume_mm3: finiteNumber,
  interval_mm3: tupleOf(finiteNumber, 2),
  mesh_volume_mm3: finiteNumber,
  surface_mm2: finiteNumber,
  extent_mm: tupleOf(finiteNumber, 3),
  caliper_mm3: finiteNumber,
  voxels: wholeNumber(0, 9007199254740991),
  frames: tupleOf(wholeNumber(0, 9007199254740991), 2),
  warnings: listOf(textOf(0, Infinity), 0, Infinity),
  diameters: withDefault(listOf(checkDiameter, 0, 3), () => []),
  confidence: withDefault(listOf(orNull(numberFrom(0, 1)), 0, Infinity), () => []),
  doubtful: withDefault(listOf(wholeNumber(0, 9007199254740991), 0, Infinity), () => []),
  drawn_by: withDefault(textOf(0, Infinity), () => ""),
  seq: withDefault(wholeNumber(0, 9007199254740991), () => 0),
  type: exactly("measured"),
});

const checkMark = objectOf<Mark>({
  id: textOf(1, 200),
  kind: textOf(0, Infinity, /^(distance|angle|note)$/u),
  points_mm: listOf(tupleOf(finiteNumber, 3), 1, 3),
  text: textOf(0, 500),
  author: textOf(0, 40),
  made: textOf(0, Infinity),
});

const checkMarks = objectOf<Marks>({
  scan: textOf(1, 200),
  marks: listOf(checkMark, 0, Infinity),
  seq: withDefault(wholeNumber(0, 9007199254740991), () => 0),
  type: exactly("marks"),
});

const checkFailed = objectOf<Failed>({
  sentence: textOf(0, Infinity),
  seq: withDefault(wholeNumber(0, 9007199254740991), () => 0),
  type: exactly("failed"),
});

const checkJobState = objectOf<JobState>({
  id: textOf(1, 200),
  kind: textOf(1, 200),
  scan: textOf(1, 200),
  label: textOf(1, 200),
  state: textOf(0, Infinity, /^(waiting|running|done|failed|cancelled)$/u),
  what: withDefault(textOf(0, Infinity), () => ""),
  done: withDefault(wholeNumber(0, 9007199254740991), () => 0),
  total: withDefault(wholeNumber(0, 9007199254740991), () => 0),
  sentence: withDefault(textOf(0, Infinity), () => ""),
  file: withDefault(textOf(0, Infinity), () => ""),
  seq: withDefault(wholeNumber(0, 9007199254740991), () => 0),
  type: exactly("job"),
});

const checkSelection = objectOf<Selection>({
  scan: textOf(1, 200),
  label: withDefault(orNull(textOf(1, 200)), () => null),
});

const checkPlace = objectOf<Place>({
  scan: textOf(1, 200),
  frame: wholeNumber(0, 9007199254740991),
});

const checkPresence = objectOf<Presence>({
  immersed: yesOrNo,
  head: withDefault(orNull(tupleOf(finiteNumber, 7)), () => null),
  left: withDefault(orNull(tupleOf(finiteNumber, 7)), () => null),
  right: withDefault(orNull(tupleOf(finiteNumber, 7)), () => null),
  type: exactly("presence"),
});

const checkPerson = objectOf<Person>({
  id: textOf(1, 200),
  name: textOf(0, 40),
  together: yesOrNo,
  away: yesOrNo,
  presence: orNull(checkPresence),
});

const checkProbeAt = objectOf<ProbeAt>({
  scan: textOf(1, 200),
  pose: orNull(tupleOf(finiteNumber, 7)),
});

const checkPeople = objectOf<People>({
  you: textOf(1, 200),
  seat: wholeNumber(0, 9007199254740991),
  people: listOf(checkPerson, 0, Infinity),
  seq: withDefault(wholeNumber(0, 9007199254740991), () => 0),
  type: exactly("people"),
});

const checkShared = objectOf<Shared>({
  heard: wholeNumber(0, 9007199254740991),
  selection: orNull(checkSelection),
  place: orNull(checkPlace),
  view: orNull(textOf(1, 200)),
  pose: orNull(tupleOf(finiteNumber, 8)),
  probe: withDefault(orNull(checkProbeAt), () => null),
  beside: withDefault(orNull(textOf(1, 200)), () => null),
  seq: withDefault(wholeNumber(0, 9007199254740991), () => 0),
  type: exactly("shared"),
});

const checkHello = objectOf<Hello>({
  session: withDefault(orNull(textOf(1, 200)), () => null),
  holds: withDefault(listOf(textOf(0, Infinity, /^[0-9a-f]{64}$/u), 0, 1000), () => []),
  type: exactly("hello"),
});

const checkOpen = objectOf<Open>({
  scan: textOf(1, 200),
  label: withDefault(orNull(textOf(1, 200)), () => null),
  type: exactly("open"),
});

const checkLook = objectOf<Look>({
  scan: textOf(1, 200),
  frame: wholeNumber(0, 9007199254740991),
  type: exactly("look"),
});

const checkAck = objectOf<Ack>({
  seq: wholeNumber(0, 9007199254740991),
  type: exactly("ack"),
});

const checkJoin = objectOf<Join>({
  name: textOf(0, 40),
  together: yesOrNo,
  type: exactly("join"),
});

const checkShare = objectOf<Share>({
  change: wholeNumber(1, 9007199254740991),
  offer: withDefault(yesOrNo, () => false),
  selection: withDefault(orNull(checkSelection), () => null),
  place: withDefault(orNull(checkPlace), () => null),
  view: withDefault(orNull(textOf(1, 200)), () => null),
  pose: withDefault(orNull(tupleOf(finiteNumber, 8)), () => null),
  probe: withDefault(orNull(checkProbeAt), () => null),
  beside: withDefault(orNull(textOf(1, 200)), () => null),
  type: exactly("share"),
});

const checkServerText = oneOf<ServerText>({
  welcome: checkWelcome,
  scan: checkScanOpened,
  measured: checkMeasured,
  marks: checkMarks,
  failed: checkFailed,
  job: checkJobState,
  people: checkPeople,
  shared: checkShared,
});

const checkServerBinary = oneOf<ServerBinary>({
  mesh: checkMeshData,
  slice: checkSliceData,
  volume: checkVolumeData,
});

const checkClientMessage = oneOf<ClientMessage>({
  hello: checkHello,
  open: checkOpen,
  look: checkLook,
  ack: checkAck,
  join: checkJoin,
  share: checkShare,
  presence: checkPresence,
});

const checkServerMessage = oneOf<ServerMessage>({
  welcome: checkWelcome,
  scan: checkScanOpened,
  measured: checkMeasured,
  marks: checkMarks,
  failed: checkFailed,
  job: checkJobState,
  people: checkPeople,
  shared: checkShared,
  mesh: checkMeshData,
  slice: checkSliceData,
  volume: checkVolumeData,
});

/** Check a server's message, as `JSON.parse` gives it; fields left out get their default. */
export function parseServerMessage(json: unknown): ServerMessage {
  return checkServerMessage(json, "the message");
}

/** Check a server's text frame. A mesh, slice or volume is refused: those come with a payload. */
export function readServerText(frame: string): ServerText {
  return checkServerText(parsed(frame), "the message");
}

/** Check a page's message, as `JSON.parse` gives it. */
export function parseClientMessage(json: unknown): ClientMessage {
  return checkClientMessage(json, "the message");
}

/** Header and payload (a view, not a copy) of a server's binary frame. */
export function splitBinary(frame: ArrayBuffer): { header: ServerBinary; payload: Uint8Array } {
  if (frame.byteLength < 4) {
    throw new WireError(`expected a frame of at least 4 bytes, got ${frame.byteLength}`);
  }
  const length = new DataView(frame).getUint32(0, true);
  if (length > LARGEST_HEADER_BYTES || 4 + length > frame.byteLength) {
    throw new WireError(
      `expected a header that fits ${frame.byteLength} bytes, got one of ${length}`,
    );
  }
  const head = parsed(decoded(new Uint8Array(frame, 4, length)));
  const header = checkServerBinary(head, "the header");
  const payload = new Uint8Array(frame, 4 + length);
  if (header.type !== "mesh" && ![0, payloadBytes(header)].includes(payload.length)) {
    throw new WireError(
      `expected ${payloadBytes(header)} bytes of ${header.type}, got ${payload.length}`,
    );
  }
  return { header, payload };
}

/** How long a payload is where it is sent. */
export function payloadBytes(header: SliceData | VolumeData): number {
  if (header.type === "volume") return header.shape.reduce((a, b) => a * b);
  const pixels = header.width * header.height;
  return header.label === null ? pixels : pixels + Math.ceil(pixels / 8);
}

/** What a later message of the same key replaces. */
export function keyOf(message: ServerMessage): string {
  switch (message.type) {
    case "mesh":
      return `mesh/${message.level}`;
    case "slice":
      return `slice/${message.frame}`;
    case "job":
      return `job/${message.id}`;
    default:
      return message.type;
  }
}

/** The end of a switch over `type`: does not compile where a message is left out. */
export function assertNever(message: never): never {
  throw new WireError(`expected a message of ${SUBPROTOCOL}, got ${JSON.stringify(message)}`);
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new WireError("expected a header in UTF-8");
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WireError(`expected JSON: ${(error as Error).message}`);
  }
}
