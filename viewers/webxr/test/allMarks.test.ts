/** The table of the marks of all scans. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { followAllMarks } from "../src/net/allMarks";
import type { Mark, ScanCard } from "../src/protocol.gen";
import { allMarks, allMarksCsv } from "../src/state/allMarks";
import { lab } from "../src/state/lab";

const NOTE: Mark = {
  id: "n", kind: "note", points_mm: [[1, 2, 3]], text: "rim, or so", author: "Zoë", made: "2026-11-27T08:30:15.250+00:00",
};
const scan = (id: string, subject: string) => ({ id, subject, timepoint: "d0" }) as ScanCard;
const asked: string[] = [];
let stop = () => {};

beforeEach(() => {
  asked.length = 0;
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    if (path.includes("gone")) return Response.json({ error: "expected a scan" }, { status: 404 });
    return Response.json({ marks: path.includes("M%201") ? [NOTE] : [] });
  });
  lab.setState({ ...lab.getInitialState(), connection: "open", scans: [scan("M 1", "M1"), scan("gone", "M2"), scan("M3", "M3")] }, true);
  allMarks.setState(allMarks.getInitialState(), true);
});
afterEach(() => stop());

it("has those of every scan, and names those that could not be had", async () => {
  stop = followAllMarks();
  await vi.waitFor(() => expect(allMarks.getState().missing).toEqual(["gone"]));
  expect(asked).toEqual(["api/scans/M%201/marks", "api/scans/gone/marks", "api/scans/M3/marks"]);
  expect(allMarks.getState().rows).toEqual([{ subject: "M1", timepoint: "d0", scan: "M 1", mark: NOTE }]);
  expect(allMarksCsv(allMarks.getState().rows).split("\n")).toEqual([
    "subject,timepoint,scan,id,kind,text,author,made,distance_mm,angle_deg,points_mm",
    'M1,d0,M 1,n,note,"rim, or so",Zoë,2026-11-27T08:30:15.250+00:00,,,1; 2; 3',
    "",
  ]);
});

it("is asked for anew when marks come, while the lab answers and somebody looks", async () => {
  stop = followAllMarks();
  await vi.waitFor(() => expect(asked.length).toBe(3));
  lab.setState({ marks: [NOTE] });
  await vi.waitFor(() => expect(asked.length).toBe(6));
  lab.setState({ connection: "reconnecting", marks: [] });
  expect(asked.length).toBe(6);
  lab.setState({ connection: "open" });
  await vi.waitFor(() => expect(asked.length).toBe(9));
  stop();
  lab.setState({ marks: [] });
  expect(asked.length).toBe(9);
});
