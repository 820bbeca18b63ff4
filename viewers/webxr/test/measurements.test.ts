import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import { COLUMNS, sorted } from "../src/desk/columns";
import { followCourse, Follower } from "../src/net/measurements";
import { growthOf, roundTicks } from "../src/state/growth";
import { lab } from "../src/state/lab";
import { type MeasuredMask, type MeasurementTable, measurementsCsv, type TableState } from "../src/state/measurements";
import type { Measured, ScanOpened } from "../src/protocol.gen";

const MEASURED: MeasuredMask = {
  subject: "M1", timepoint: "d0", days: 0, scan: "M1_d0", rater: "manual", volume_mm3: 0.1 + 0.2, low_mm3: 0.25, high_mm3: 0.4,
  length_mm: 5, width_mm: 4, height_mm: 3, caliper_mm3: 40, surface_mm2: 60, voxels: 1000, first_frame: 3, last_frame: 30,
  step_mm: 0.1, row_mm: 0.05, column_mm: 0.05, reason: "", warnings: [], made_by: "ParaSAM 0.1 import", spacing_source: "ruler",
};
const row = (changes: Partial<MeasuredMask>): MeasuredMask => ({ ...MEASURED, ...changes });
const at = (timepoint: string, days: number | null, volume_mm3: number | null) => row({ timepoint, days, volume_mm3, scan: `M1_${timepoint}` });

it("writes CSV with every digit, and quotes what needs it", () => {
  const text = measurementsCsv([row({ warnings: ["cut off", 'says "no", twice'] }), row({ volume_mm3: null, reason: "empty", days: null })]);
  const [head, first, second, end] = text.split("\n");
  expect(head?.startsWith("subject,timepoint,days,scan,rater,volume_mm3,low_mm3,high_mm3,length_mm")).toBe(true);
  expect(first).toContain("M1,d0,0,M1_d0,manual,0.30000000000000004,0.25,0.4,5,4,3,40,60,1000,3,30,0.1,0.05,0.05,");
  expect(first).toContain(',"cut off; says ""no"", twice",');
  expect(second?.startsWith("M1,d0,,M1_d0,manual,,")).toBe(true);
  expect(end).toBe("");
});

it("sorts by numbers as numbers, names as people count, and puts what has none last", () => {
  const rows = [at("d10", 10, 5), at("d2", 2, 40), at("d1", 1, null)];
  const column = (name: string) => COLUMNS.findIndex((c) => c.name.startsWith(name));
  const order = (name: string, isDown = false) => sorted(rows, { column: column(name), isDown }).map((r) => r.scan);
  expect(order("Volume")).toEqual(["M1_d10", "M1_d2", "M1_d1"]);
  expect(order("Volume", true)).toEqual(["M1_d2", "M1_d10", "M1_d1"]);
  expect(order("Scan")).toEqual(["M1_d1", "M1_d2", "M1_d10"]);
  expect(order("Timepoint", true)).toEqual(["M1_d10", "M1_d2", "M1_d1"]);
  expect(sorted(rows, { column: null, isDown: false })).toEqual(rows);
});

it("draws one subject's and one label's volumes, in order of days", () => {
  const rows = [at("d10", 10, 5), at("d2", 2, 4), row({ rater: "auto" }), row({ subject: "M2" }), at("d4", 4, null)];
  const { points, isInDays } = growthOf(rows, "M1", "manual");
  expect(isInDays).toBe(true);
  expect(points.map((p) => [p.scan, p.at, p.volumeMm3])).toEqual([["M1_d2", 2, 4], ["M1_d10", 10, 5]]);
  expect(points[0]).toMatchObject({ lowMm3: 0.25, highMm3: 0.4, label: "manual" });
});

it("keeps the list's order where the timepoints are no days", () => {
  const { points, isInDays } = growthOf([at("before", null, 7), at("after", null, 4)], "M1", "manual");
  expect(isInDays).toBe(false);
  expect(points.map((p) => [p.timepoint, p.at])).toEqual([["before", 0], ["after", 1]]);
});

it.each([
  [0, 30.9, 4, [0, 10, 20, 30, 40]],
  [0, 0.07, 4, [0, 0.02, 0.04, 0.06, 0.08]],
  [3, 17, 5, [0, 5, 10, 15, 20]],
  [4, 4, 5, [4, 4.2]],
  [-2, 2, 4, [-2, -1, 0, 1, 2]],
])("marks an axis from %d to %d at round numbers", (low, high, steps, ticks) => {
  const found = roundTicks(low, high, steps);
  expect(found.slice(0, ticks.length)).toEqual(ticks);
});

const NOTHING: TableState = { rows: [], total: 0, failure: null, hasCome: false };

function followed(answers: (() => MeasurementTable)[]) {
  const store = createStore(() => NOTHING);
  const asked: (string | null)[] = [];
  const follower = new Follower(store, async (subject) => {
    asked.push(subject);
    return (answers.shift() ?? (() => ({ rows: [], total: 0 })))();
  });
  return { store, asked, follower };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("asks until the table is whole, and then no more", async () => {
  const { store, asked, follower } = followed([
    () => ({ rows: [], total: 1 }),
    () => ({ rows: [MEASURED], total: 1 }),
  ]);
  follower.begin("M1");
  await vi.advanceTimersByTimeAsync(0);
  expect(store.getState()).toMatchObject({ rows: [], total: 1, hasCome: true });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(store.getState().rows).toEqual([MEASURED]);
  expect(asked).toEqual(["M1", "M1"]);
  follower.again();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked.length).toBe(3);
  follower.end();
  follower.again();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked.length).toBe(3);
});

it("keeps what it has while the lab does not answer, says so, and asks again", async () => {
  const gone = () => {
    throw new TypeError("Failed to fetch");
  };
  const { store, follower } = followed([() => ({ rows: [MEASURED], total: 1 }), gone, () => ({ rows: [MEASURED], total: 1 })]);
  follower.begin(null);
  await vi.advanceTimersByTimeAsync(0);
  follower.again();
  await vi.advanceTimersByTimeAsync(1000);
  expect(store.getState()).toMatchObject({ rows: [MEASURED], hasCome: true });
  expect(store.getState().failure).toContain("does not answer");
  await vi.advanceTimersByTimeAsync(4000);
  expect(store.getState().failure).toBeNull();
});

it("shows nothing of the subject before, whose answer comes late", async () => {
  const { store, follower } = followed([() => ({ rows: [MEASURED], total: 1 }), () => ({ rows: [], total: 0 })]);
  follower.begin("M1");
  follower.begin("M2");
  await vi.advanceTimersByTimeAsync(0);
  expect(store.getState().rows).toEqual([]);
});

it("asks for a subject's course once the scan that is open has its own numbers", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    return { ok: true, json: async () => ({ rows: [], total: 0 }) };
  });
  const card = { id: "M1_d0", subject: "M 1", timepoint: "d0", frames: 9, labels: ["a"] };
  const scan = { scan: "M1_d0", subject: "M 1", label: "a", frames_with_tumour: [2, 5] } as unknown as ScanOpened;
  followCourse();
  lab.setState({ scans: [card, { ...card, id: "M1_d6" }], scan });
  await vi.advanceTimersByTimeAsync(5000);
  expect(asked).toEqual([]);
  lab.setState({ measured: { scan: "M1_d0" } as Measured });
  await vi.advanceTimersByTimeAsync(5000);
  expect(asked).toEqual(["api/measurements?subject=M+1"]);
  lab.setState({ scan: { ...scan, subject: "M2", frames_with_tumour: null }, measured: null }); // scanned once
  await vi.advanceTimersByTimeAsync(5000);
  expect(asked.length).toBe(1);
  vi.unstubAllGlobals();
});
