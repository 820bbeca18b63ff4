/** What marks are worth and how they read. Points are (x, y, z) in mm of the scan's frame. */
import type { Mark } from "../protocol.gen";
import { csvOf } from "./csv";

export type Kind = "distance" | "angle" | "note";
export type Point = Mark["points_mm"][number];

export const KINDS: readonly Kind[] = ["distance", "angle", "note"];
export const KIND_WORDS: Record<Kind, string> = { distance: "Distance", angle: "Angle", note: "Note" };
/** How many points a mark of each kind has; the vertex of an angle is the second. */
export const POINTS: Record<Kind, number> = { distance: 2, angle: 3, note: 1 };
export const LONGEST_TEXT = 500;

export function distanceMm([ax, ay, az]: Point, [bx, by, bz]: Point): number {
  return Math.hypot(bx - ax, by - ay, bz - az);
}

/** At `vertex`, 0 to 180; exact where it is small, too. */
export function angleDeg(first: Point, vertex: Point, last: Point): number {
  const [one, other] = [minus(first, vertex), minus(last, vertex)];
  const across = Math.hypot(...cross(one, other));
  return (Math.atan2(across, dot(one, other)) * 180) / Math.PI;
}

/** "3.42 mm", "41.5°", or nothing of a note. */
export function valueOf({ points_mm: [first, second, third] }: Pick<Mark, "points_mm">): string {
  if (first && second && third) return `${angleDeg(first, second, third).toFixed(1)}°`;
  if (first && second) return `${distanceMm(first, second).toFixed(2)} mm`;
  return "";
}

/** Name and value, as it stands beside the mark. */
export function wordsOf(mark: Pick<Mark, "points_mm" | "text">): string {
  return [mark.text, valueOf(mark)].filter(Boolean).join("  ");
}

/** "Distance rim 3.42 mm", as a list names it. */
export function nameOf(mark: Mark): string {
  return [KIND_WORDS[mark.kind as Kind], mark.text, valueOf(mark)].filter(Boolean).join(" ");
}

/** "Note 3": what a note says until somebody writes something. */
export function nextNote(marks: readonly Mark[]): string {
  const taken = new Set(marks.map(({ text }) => text));
  let n = marks.filter(({ kind }) => kind === "note").length + 1;
  while (taken.has(`Note ${n}`)) n += 1;
  return `Note ${n}`;
}

/** Of `parasam marks --csv`. */
export const COLUMNS = ["id", "kind", "text", "author", "made", "distance_mm", "angle_deg", "points_mm"];

export function asCsv(marks: readonly Mark[]): string {
  return csvOf([COLUMNS, ...marks.map(cells)]);
}

/** A mark under `COLUMNS`. */
export function cells({ id, kind, text, author, made, points_mm }: Mark): string[] {
  const [first, second, third] = points_mm;
  const distance = kind === "distance" && first && second ? digits(distanceMm(first, second)) : "";
  const angle = kind === "angle" && first && second && third ? digits(angleDeg(first, second, third)) : "";
  return [id, kind, text, author, made, distance, angle, points_mm.flat().map(digits).join("; ")];
}

/** Seven digits, as in every table of ParaSAM. */
function digits(value: number): string {
  return String(Number(value.toPrecision(7)));
}

function minus([ax, ay, az]: Point, [bx, by, bz]: Point): Point {
  return [ax - bx, ay - by, az - bz];
}

function dot([ax, ay, az]: Point, [bx, by, bz]: Point): number {
  return ax * bx + ay * by + az * bz;
}

function cross([ax, ay, az]: Point, [bx, by, bz]: Point): Point {
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}
