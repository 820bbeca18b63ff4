import { expect, it } from "vitest";
import { bySubject, matching, neighbour } from "../src/state/library";

const card = (id: string, subject = "", timepoint = "", labels: string[] = []) => ({ id, subject, timepoint, frames: 1, labels });
const SCANS = [card("KPC1_d0", "KPC1", "d0", ["manual"]), card("KPC1_d6", "KPC1", "d6"), card("sweep_7", "", "", ["auto"])];

it("groups scans by subject, in order", () => {
  const groups = bySubject([card("1", "B"), card("2", "A"), card("3", "B"), card("4")]);
  expect([...groups].map(([name, cards]) => [name, cards.map((c) => c.id)])).toEqual([
    ["B", ["1", "3"]],
    ["A", ["2"]],
    ["No subject named", ["4"]],
  ]);
});

it.each([
  ["", ["KPC1_d0", "KPC1_d6", "sweep_7"]],
  ["  kpc1 ", ["KPC1_d0", "KPC1_d6"]],
  ["d6 KPC", ["KPC1_d6"]],
  ["MANUAL", ["KPC1_d0"]],
  ["sweep", ["sweep_7"]],
  ["1d", []], // a word is looked for within one of them
  ["d0 auto", []],
])("finds by %o in subject, timepoint, labels and id", (search, ids) => {
  expect(matching(SCANS, search).map(({ id }) => id)).toEqual(ids);
});

it("goes to the scan beside, and not beyond the ends", () => {
  expect(neighbour(SCANS, "KPC1_d6", 1)?.id).toBe("sweep_7");
  expect(neighbour(SCANS, "KPC1_d6", -1)?.id).toBe("KPC1_d0");
  expect([neighbour(SCANS, "KPC1_d0", -1), neighbour(SCANS, "sweep_7", 1), neighbour(SCANS, "gone", 1)]).toEqual([null, null, null]);
});
