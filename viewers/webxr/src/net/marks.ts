/**
 * Marks are made, changed and removed over HTTP; every page, this one too, is told on its line, and
 * shows what it is told there alone: an answer may come after what others have changed since.
 */
import type { Mark } from "../protocol.gen";
import { company } from "../state/company";
import { lab } from "../state/lab";
import { type Kind, nextNote, type Point, POINTS } from "../state/marks";
import { choose, made, measuring, movedTo } from "../state/measuring";
import { asked } from "./asking";

/** Put the next point of the tool that is held; with its last one the mark is stored. */
export async function placePoint(point: Point): Promise<void> {
  const { tool, placed, making } = measuring.getState();
  if (tool === null || making?.id === null) return;
  const points = [...placed, point];
  if (points.length < POINTS[tool]) measuring.setState({ placed: points });
  else await makeMark(tool, points);
}

async function makeMark(kind: Kind, points_mm: Point[]): Promise<void> {
  const { scan, marks } = lab.getState();
  if (scan === null) return;
  const text = kind === "note" ? nextNote(marks) : "";
  const wish = { kind, points_mm, text };
  measuring.setState({ placed: [], hover: null, making: { ...wish, id: null } });
  const mark = await asked("POST", placeOf(scan.scan), { ...wish, author: company.getState().name });
  if (mark !== null) made((mark as Mark).id);
  // so that only the last point has to be put again
  else measuring.setState({ making: null, placed: points_mm.slice(0, -1) });
}

/** Store where a mark was moved to. */
export async function keepMoved(): Promise<void> {
  const { moved } = measuring.getState();
  const mark = lab.getState().marks.find(({ id }) => id === moved?.id);
  if (moved !== null) movedTo(mark ? await change(mark, moved.points_mm, mark.text) : null);
}

/** Name a mark, or write what a note says. */
export async function rename(mark: Mark, text: string): Promise<void> {
  const isEmptied = mark.kind === "note" && text === "";
  if (text !== mark.text && !isEmptied) await change(mark, mark.points_mm, text);
}

export async function remove(id: string): Promise<void> {
  const { scan, marks } = lab.getState();
  if (scan === null) return;
  const removed = marks.find((mark) => mark.id === id) ?? null;
  if (measuring.getState().chosen === id) choose(null);
  const answer = await asked("DELETE", placeOf(scan.scan, id));
  if (answer !== null && isOpen(scan.scan)) measuring.setState({ removed });
}

/** Store the mark that was removed last anew: as it was, but for its id and when it was made. */
export async function takeBackRemoval(): Promise<void> {
  const { scan } = lab.getState();
  const { removed } = measuring.getState();
  if (scan === null || removed === null) return;
  measuring.setState({ removed: null }); // so that it comes back once, however often it is asked for
  const { kind, points_mm, text, author } = removed;
  const mark = await asked("POST", placeOf(scan.scan), { kind, points_mm, text, author });
  if (!isOpen(scan.scan)) return;
  if (mark !== null) choose((mark as Mark).id);
  else measuring.setState({ removed });
}

async function change({ id }: Mark, points_mm: readonly Point[], text: string): Promise<Mark | null> {
  const { scan } = lab.getState();
  if (scan === null) return null;
  return (await asked("PUT", placeOf(scan.scan, id), { points_mm, text })) as Mark | null;
}

/** Whether it still is: what was asked of one scan is not shown with another. */
function isOpen(scan: string): boolean {
  return lab.getState().scan?.scan === scan;
}

function placeOf(scan: string, mark?: string): string {
  const marks = `api/scans/${encodeURIComponent(scan)}/marks`;
  return mark === undefined ? marks : `${marks}/${encodeURIComponent(mark)}`;
}
