/** The mark that is being made or moved, and which one is chosen. */
import { createStore } from "zustand/vanilla";
import type { Mark } from "../protocol.gen";
import { lab } from "./lab";
import type { Kind, Point } from "./marks";

export interface MeasuringState {
  /** What the next points make; null puts none. */
  tool: Kind | null;
  /** Points of that mark, so far. */
  placed: readonly Point[];
  /** Where the next point would be put. */
  hover: Point | null;
  /** A mark that is new, until all marks come anew; its id once the lab has stored it. */
  making: (Pick<Mark, "kind" | "points_mm" | "text"> & { id: string | null }) | null;
  /** A mark whose points are drawn elsewhere, until all marks come anew after the lab has stored it. */
  moved: (Pick<Mark, "id" | "points_mm"> & { isStored: boolean }) | null;
  /** The id of the mark that is chosen. */
  chosen: string | null;
  /** The mark that was removed last from here, which can be taken back. */
  removed: Mark | null;
  /** The id of a note that was just put here, until its words are asked for. */
  unwritten: string | null;
  /** Whether the tumour's length, width and height are drawn. */
  hasDiameters: boolean;
}

const NOTHING = { placed: [], hover: null, making: null, moved: null } satisfies Partial<MeasuringState>;

export const measuring = createStore<MeasuringState>(() => ({
  ...NOTHING,
  tool: null,
  chosen: null,
  removed: null,
  unwritten: null,
  hasDiameters: false,
}));

/** Take up a tool, or lay it down where it is the one that is held. */
export function takeTool(tool: Kind | null): void {
  const { tool: before } = measuring.getState();
  measuring.setState({ tool: tool === before ? null : tool, placed: [], hover: null });
}

/** Step back: first from the points put so far, then from the tool, then from the chosen mark. */
export function stepBack(): void {
  const { tool, placed } = measuring.getState();
  if (placed.length > 0) measuring.setState({ placed: [], hover: null });
  else if (tool !== null) takeTool(null);
  else measuring.setState({ chosen: null });
}

export function choose(id: string | null): void {
  measuring.setState({ chosen: id });
}

export function showDiameters(hasDiameters: boolean): void {
  measuring.setState({ hasDiameters });
}

/** The marks as they are drawn: one that is moved, where it is moved to. */
export function marksDrawn(marks: readonly Mark[], { moved }: Pick<MeasuringState, "moved">): readonly Mark[] {
  if (moved === null) return marks;
  const { id, points_mm } = moved;
  return marks.map((mark) => (mark.id === id ? { ...mark, points_mm } : mark));
}

/** Draw a point of a mark elsewhere; `keepMoved` stores it. */
export function movePoint(id: string, index: number, point: Point): void {
  const mark = marksDrawn(lab.getState().marks, measuring.getState()).find((one) => one.id === id);
  if (mark) measuring.setState({ moved: { id, points_mm: mark.points_mm.with(index, point), isStored: false } });
}

/** The lab has stored the new mark; all marks, with it, may have come before its answer. */
export function made(id: string): void {
  const { making } = measuring.getState();
  const hasCome = lab.getState().marks.some((mark) => mark.id === id);
  const unwritten = making?.kind === "note" ? id : null;
  measuring.setState({ making: hasCome || making === null ? null : { ...making, id }, chosen: id, unwritten });
}

/** The lab has stored where a mark was moved to, or refuses to. */
export function movedTo(mark: Mark | null): void {
  const { moved } = measuring.getState();
  const hasCome = mark === null || lab.getState().marks.some(({ id, points_mm }) =>
    id === mark.id && String(points_mm) === String(mark.points_mm));
  measuring.setState({ moved: hasCome || moved === null ? null : { ...moved, isStored: true } });
}

lab.subscribe(({ scan, marks }, before) => {
  // what was begun on one scan is not ended on another
  if (scan?.scan !== before.scan?.scan) measuring.setState({ ...NOTHING, chosen: null, removed: null });
  if (marks === before.marks) return;
  const { making, moved } = measuring.getState();
  if (making?.id) measuring.setState({ making: null });
  if (moved?.isStored) measuring.setState({ moved: null });
});
