import { BoxGeometry } from "three";
import { describe, expect, it } from "vitest";
import type { ScanCard, ScanOpened } from "../src/protocol.gen";
import { centroidOf } from "../src/scene/centroid";
import { alignAll, beside, keyOf, moveStanding, standingBy } from "../src/state/beside";
import { lab, showScan } from "../src/state/lab";

const card = (id: string, subject: string, labels: string[]): ScanCard => ({ id, subject, timepoint: id.split("_")[1] ?? "", frames: 9, labels });
const scans = [card("M1_d0", "M1", ["auto", "anna"]), card("M1_d3", "M1", ["anna"]), card("M1_d6", "M1", ["auto"]), card("M1_d9", "M1", []), card("M2_d0", "M2", ["anna"])];
const open: ScanOpened = {
  type: "scan", scan: "M1_d3", subject: "M1", timepoint: "d3", label: "anna", labels: ["anna", "auto", "ben"], shape: [9, 9, 9], spacing_mm: [1, 1, 1],
  spacing_source: "user", scene_from_index: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], frames_with_tumour: null, seq: 1,
};

describe("the row", () => {
  it("has the subject at its other times, the same observer's mask first, in order", () => {
    expect(standingBy("times", open, scans)).toEqual([
      { scan: "M1_d0", label: "anna", words: "d0", place: -1 },
      { scan: "M1_d6", label: "auto", words: "d6", place: 1 },
    ]);
  });

  it("has the scan's other masks", () => {
    expect(standingBy("masks", { ...open, label: "auto" }, scans).map(({ label, place }) => [label, place])).toEqual([["anna", -1], ["ben", 1]]);
  });

  it("is empty where the tumour is alone, and where nobody knows the subject", () => {
    expect(standingBy("nothing", open, scans)).toEqual([]);
    const nameless = scans.map((one) => ({ ...one, subject: "" }));
    expect(standingBy("times", { ...open, subject: "" }, nameless)).toEqual([]);
  });

  it("keeps where hands have put one, until all are aligned or another subject comes", () => {
    const [first] = standingBy("times", open, scans);
    showScan(open);
    moveStanding(first!, [1, 2, 3, 0, 0, 0, 1]);
    expect(beside.getState().moved[keyOf(first!)]).toEqual([1, 2, 3, 0, 0, 0, 1]);
    alignAll();
    expect(beside.getState().moved).toEqual({});
    moveStanding(first!, [1, 2, 3, 0, 0, 0, 1]);
    showScan({ ...open, scan: "M1_d0" });
    expect(Object.keys(beside.getState().moved)).toHaveLength(1);
    showScan({ ...open, scan: "M2_d0", subject: "M2" });
    expect(beside.getState().moved).toEqual({});
    lab.setState({ scan: null });
  });
});

it("the centroid is the body's, not its vertices'", () => {
  const box = new BoxGeometry(2, 4, 6, 1, 1, 5).translate(3, -1, 2);
  const { x, y, z } = centroidOf(box);
  expect([x, y, z].map((v) => Number(v.toFixed(6)))).toEqual([3, -1, 2]);
});
