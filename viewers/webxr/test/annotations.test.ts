/** What is drawn of marks and of the tumour's diameters. */
import { expect, it } from "vitest";
import type { Mark } from "../src/protocol.gen";
import { CHOSEN_COLOUR, drawingOf, liveDrawingOf, MARK_COLOUR } from "../src/scene/annotations";
import { dimensionsOf } from "../src/scene/dimensions";
import { measuring } from "../src/state/measuring";

const idle = measuring.getInitialState();
const MADE = { author: "", made: "" };
const DISTANCE: Mark = { id: "d", kind: "distance", points_mm: [[0, 0, 0], [4, 0, 0]], text: "rim", ...MADE };
const ANGLE: Mark = { id: "a", kind: "angle", points_mm: [[1, 0, 0], [0, 0, 0], [0, 1, 0]], text: "", ...MADE };
const NOTE: Mark = { id: "n", kind: "note", points_mm: [[7, 8, 9]], text: "vessel", ...MADE };

it("a distance has its words in the middle, an angle at its vertex, a note at its place", () => {
  const { segments, dots, words } = drawingOf([DISTANCE, ANGLE, NOTE], "a");
  expect([segments.length, dots.length]).toEqual([3, 6]);
  expect(words).toEqual([
    { at: [2, 0, 0], text: "rim  4.00 mm", colour: MARK_COLOUR },
    { at: [0, 0, 0], text: "90.0°", colour: CHOSEN_COLOUR },
    { at: [7, 8, 9], text: "vessel", colour: MARK_COLOUR },
  ]);
});

it("what is begun follows the pointer with its value", () => {
  const state = { ...idle, tool: "distance" as const, placed: [[0, 0, 0] as [number, number, number]] };
  expect(liveDrawingOf([], state)).toMatchObject({ segments: [], words: [], dots: [{ at: [0, 0, 0] }] });
  expect(liveDrawingOf([], { ...state, hover: [0, 3, 0] }).words).toMatchObject([{ text: "3.00 mm" }]);
  expect(liveDrawingOf([], { ...state, tool: null, hover: [0, 3, 0] }).dots).toEqual([]);
});

it("what is moved is drawn where it is moved to, and alone", () => {
  const moved = { id: "n", points_mm: [[1, 1, 1] as [number, number, number]], isStored: false };
  const { dots, words } = liveDrawingOf([DISTANCE, NOTE], { ...idle, moved });
  expect(dots.map(({ at }) => at)).toEqual([[1, 1, 1]]);
  expect(words).toEqual([{ at: [1, 1, 1], text: "vessel", colour: CHOSEN_COLOUR }]);
});

it("a diameter is a line as long as it, and thin ones to its feet where those lie aside", () => {
  const { segments, dots, words } = dimensionsOf([
    { feet_mm: [[0, 0, 0], [5, 0, 0]], ends_mm: [[0, 0, 0], [5, 0, 0]] },
    { feet_mm: [[1, -2, 0], [3, 2, 0]], ends_mm: [[2, -2, 0], [2, 2, 0]] },
  ]);
  expect(segments.map(({ from, to, widthPx }) => [from, to, widthPx])).toEqual([
    [[0, 0, 0], [5, 0, 0], 2],
    [[2, -2, 0], [2, 2, 0], 2],
    [[1, -2, 0], [2, -2, 0], 1],
    [[3, 2, 0], [2, 2, 0], 1],
  ]);
  expect(dots.map(({ at }) => at)).toEqual([[0, 0, 0], [5, 0, 0], [1, -2, 0], [3, 2, 0]]);
  expect(words.map(({ text }) => text)).toEqual(["L  5.00 mm", "W  4.00 mm"]);
});
