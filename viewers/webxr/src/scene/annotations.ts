/** What is drawn of marks: lines, dots and words at places in mm of the scan's frame. */
import type { Mark } from "../protocol.gen";
import { type Kind, type Point, POINTS, wordsOf } from "../state/marks";
import { marksDrawn, type MeasuringState } from "../state/measuring";

export const MARK_COLOUR = "#6fe0ff";
export const CHOSEN_COLOUR = "#ffffff";

export interface Segment {
  from: Point;
  to: Point;
  colour: string;
  widthPx: number;
}

export interface Dot {
  at: Point;
  colour: string;
  radiusPx: number;
}

export interface Words {
  at: Point;
  text: string;
  colour: string;
}

export interface Drawing {
  segments: Segment[];
  dots: Dot[];
  words: Words[];
}

type Drawn = Pick<Mark, "points_mm" | "text">;

const LINE_PX = 2;
const DOT_PX = 5;

/** Marks that stay where they are. */
export function drawingOf(marks: readonly Mark[], chosen: string | null): Drawing {
  return joined(marks.map((mark) => drawn(mark, mark.id === chosen ? CHOSEN_COLOUR : MARK_COLOUR)));
}

/** What changes while a hand moves: the mark that is moved, the one that is new, and the one that is begun. */
export function liveDrawingOf(marks: readonly Mark[], state: MeasuringState): Drawing {
  const moved = marksDrawn(marks, state).filter(({ id }) => id === state.moved?.id);
  const live = [...moved, state.making, begun(state)].filter((one) => one !== null);
  return joined(live.map((one) => drawn(one, CHOSEN_COLOUR)));
}

export function joined(drawings: readonly Drawing[]): Drawing {
  return {
    segments: drawings.flatMap(({ segments }) => segments),
    dots: drawings.flatMap(({ dots }) => dots),
    words: drawings.flatMap(({ words }) => words),
  };
}

function drawn(mark: Drawn, colour: string): Drawing {
  const points = mark.points_mm;
  const segments = points.slice(1).map((to, i) => ({ from: points[i] ?? to, to, colour, widthPx: LINE_PX }));
  const text = wordsOf(mark);
  const at = placeOfWords(points);
  return {
    segments,
    dots: points.map((point) => ({ at: point, colour, radiusPx: DOT_PX })),
    words: at && text ? [{ at, text, colour }] : [],
  };
}

/** In the middle of a distance, at the vertex of an angle, at the place of a note. */
function placeOfWords([first, second, third]: readonly Point[]): Point | null {
  if (third) return second ?? null;
  return first && second ? middle(first, second) : (first ?? null);
}

function middle([ax, ay, az]: Point, [bx, by, bz]: Point): Point {
  return [(ax + bx) / 2, (ay + by) / 2, (az + bz) / 2];
}

/** The points put so far and the one that would come next. */
function begun({ tool, placed, hover }: MeasuringState): Drawn | null {
  if (tool === null) return null;
  const points = hover ? [...placed, hover].slice(0, POINTS[tool satisfies Kind]) : [...placed];
  return points.length > 0 ? { points_mm: points, text: "" } : null;
}
