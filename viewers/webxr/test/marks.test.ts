/** Distances, angles and notes: what they are worth, how they read, and how they are made. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { keepMoved, placePoint, remove, rename, takeBackRemoval } from "../src/net/marks";
import type { Mark, ScanOpened } from "../src/protocol.gen";
import { lab } from "../src/state/lab";
import { angleDeg, asCsv, distanceMm, nextNote, type Point, valueOf, wordsOf } from "../src/state/marks";
import { marksDrawn, measuring, stepBack, takeTool } from "../src/state/measuring";

const DISTANCE: Mark = {
  id: "d", kind: "distance", points_mm: [[1, 2, 3], [4, 6, 3]], text: "", author: "Zoë",
  made: "2026-11-27T08:30:15.250+00:00",
};
const NOTE: Mark = { ...DISTANCE, id: "n", kind: "note", points_mm: [[0.5, 0.25, -1]], text: 'a "rim", or so' };
const ANGLE: Mark = { ...DISTANCE, id: "a", kind: "angle", points_mm: [[1, 0, 0], [0, 0, 0], [0, 2, 0]], text: "rim" };

describe("values", () => {
  it("are those of the points", () => {
    expect(distanceMm([1, 2, 3], [4, 6, 3])).toBe(5);
    expect([DISTANCE, ANGLE, NOTE].map(valueOf)).toEqual(["5.00 mm", "90.0°", ""]);
    expect([DISTANCE, ANGLE, NOTE].map(wordsOf)).toEqual(["5.00 mm", "rim  90.0°", 'a "rim", or so']);
  });

  it.each([0, 1e-5, 45, 135, 179.99999, 180])("an angle of %f° is exact", (degrees) => {
    const radians = (degrees * Math.PI) / 180;
    const side: Point = [7 + 5 * Math.cos(radians), 1 + 5 * Math.sin(radians), 2];
    expect(angleDeg([10, 1, 2], [7, 1, 2], side)).toBeCloseTo(degrees, 6);
  });

  it("make the table that the command writes", () => {
    expect(asCsv([DISTANCE, ANGLE, NOTE]).split("\n")).toEqual([
      "id,kind,text,author,made,distance_mm,angle_deg,points_mm",
      "d,distance,,Zoë,2026-11-27T08:30:15.250+00:00,5,,1; 2; 3; 4; 6; 3",
      "a,angle,rim,Zoë,2026-11-27T08:30:15.250+00:00,,90,1; 0; 0; 0; 0; 0; 0; 2; 0",
      'n,note,"a ""rim"", or so",Zoë,2026-11-27T08:30:15.250+00:00,,,0.5; 0.25; -1',
      "",
    ]);
  });
});

it("a note is numbered, and no two alike", () => {
  expect(nextNote([])).toBe("Note 1");
  expect(nextNote([DISTANCE, { ...NOTE, text: "Note 2" }])).toBe("Note 3");
});

describe("making", () => {
  const asked: { method: string; path: string; body: unknown }[] = [];
  let answer: () => Response;

  beforeEach(() => {
    asked.length = 0;
    vi.stubGlobal("fetch", async (path: string, { method, body }: RequestInit) => {
      asked.push({ method: method ?? "GET", path, body: body && JSON.parse(body as string) });
      return answer();
    });
    lab.setState({ ...lab.getInitialState(), scan: { scan: "M 1" } as ScanOpened }, true);
    measuring.setState(measuring.getInitialState(), true);
  });

  it("takes as many points as the kind has, and stores them once", async () => {
    answer = () => Response.json({ ...DISTANCE, points_mm: [[0, 0, 0], [0, 0, 2]] }, { status: 201 });
    takeTool("distance");
    await placePoint([0, 0, 0]);
    expect([asked.length, measuring.getState().placed]).toEqual([0, [[0, 0, 0]]]);
    await placePoint([0, 0, 2]);
    expect(asked).toEqual([
      {
        method: "POST", path: "api/scans/M%201/marks",
        body: { kind: "distance", points_mm: [[0, 0, 0], [0, 0, 2]], text: "", author: "" },
      },
    ]);
    // drawn as new until all marks come
    expect(measuring.getState()).toMatchObject({ tool: "distance", placed: [], making: { id: "d" }, chosen: "d" });
    lab.setState({ marks: [DISTANCE] });
    expect(measuring.getState().making).toBeNull();
  });

  it("keeps all points but the last where the lab refuses, and says why", async () => {
    answer = () => Response.json({ error: "expected room" }, { status: 507 });
    takeTool("distance");
    await placePoint([0, 0, 0]);
    await placePoint([0, 0, 2]);
    expect(lab.getState()).toMatchObject({ failure: "expected room", marks: [] });
    expect(measuring.getState()).toMatchObject({ placed: [[0, 0, 0]], making: null });
  });

  it("draws a moved mark where it is moved to, and there it stays", async () => {
    lab.setState({ marks: [DISTANCE, NOTE] });
    measuring.setState({ moved: { id: "n", points_mm: [[9, 9, 9]], isStored: false } });
    expect(marksDrawn(lab.getState().marks, measuring.getState())[1]?.points_mm).toEqual([[9, 9, 9]]);
    answer = () => Response.json({ ...NOTE, points_mm: [[9, 9, 9]] });
    await keepMoved();
    expect(asked[0]).toMatchObject({ method: "PUT", path: "api/scans/M%201/marks/n", body: { points_mm: [[9, 9, 9]] } });
    const drawn = () => marksDrawn(lab.getState().marks, measuring.getState())[1]?.points_mm;
    expect([drawn(), lab.getState().marks[1]]).toEqual([[[9, 9, 9]], NOTE]);
    lab.setState({ marks: [DISTANCE, { ...NOTE, points_mm: [[8, 8, 8]] }] }); // somebody else has moved it since
    expect(drawn()).toEqual([[8, 8, 8]]);
  });

  it("shows nothing of an answer that comes after all marks", async () => {
    lab.setState({ marks: [NOTE] });
    measuring.setState({ moved: { id: "n", points_mm: [[9, 9, 9]], isStored: false } });
    answer = () => {
      lab.setState({ marks: [{ ...NOTE, points_mm: [[9, 9, 9]] }] });
      return Response.json({ ...NOTE, points_mm: [[9, 9, 9]] });
    };
    await keepMoved();
    expect(measuring.getState().moved).toBeNull();
    takeTool("note");
    answer = () => {
      lab.setState({ marks: [NOTE, { ...NOTE, id: "m" }] });
      return Response.json({ ...NOTE, id: "m" }, { status: 201 });
    };
    await placePoint([1, 2, 3]);
    expect(measuring.getState()).toMatchObject({ making: null, chosen: "m" });
  });

  it("puts a moved mark back where the lab refuses", async () => {
    lab.setState({ marks: [NOTE] });
    measuring.setState({ moved: { id: "n", points_mm: [[9, 9, 9]], isStored: false } });
    answer = () => Response.json({ error: "expected the id of a mark" }, { status: 404 });
    await keepMoved();
    expect(marksDrawn(lab.getState().marks, measuring.getState())).toEqual([NOTE]);
  });

  it("asks nothing for a name that stays, or for a note without words", async () => {
    lab.setState({ marks: [DISTANCE, NOTE] });
    await rename(DISTANCE, "");
    await rename(NOTE, "");
    expect(asked).toEqual([]);
  });

  it("removes", async () => {
    lab.setState({ marks: [DISTANCE, NOTE] });
    measuring.setState({ chosen: "d" });
    answer = () => new Response(null, { status: 204 });
    await remove("d");
    expect(asked[0]).toMatchObject({ method: "DELETE", path: "api/scans/M%201/marks/d" });
    expect(lab.getState().failure).toBeNull();
    expect(measuring.getState().chosen).toBeNull();
  });

  it("takes back what was removed, once, with the words and the author that it had", async () => {
    lab.setState({ marks: [DISTANCE, NOTE] });
    answer = () => new Response(null, { status: 204 });
    await remove("n");
    expect(measuring.getState().removed).toEqual(NOTE);
    answer = () => Response.json({ ...NOTE, id: "again" }, { status: 201 });
    await Promise.all([takeBackRemoval(), takeBackRemoval()]);
    const { kind, points_mm, text, author } = NOTE;
    expect(asked.slice(1)).toEqual([{ method: "POST", path: "api/scans/M%201/marks", body: { kind, points_mm, text, author } }]);
    expect(measuring.getState()).toMatchObject({ removed: null, chosen: "again" });
  });

  it("can still take it back where the lab refused to", async () => {
    measuring.setState({ removed: NOTE });
    answer = () => Response.json({ error: "expected room" }, { status: 507 });
    await takeBackRemoval();
    expect([measuring.getState().removed, lab.getState().failure]).toEqual([NOTE, "expected room"]);
  });

  it("takes back nothing of what the lab did not remove, or of another scan", async () => {
    lab.setState({ marks: [NOTE] });
    answer = () => Response.json({ error: "expected the id of a mark" }, { status: 404 });
    await remove("n");
    expect(measuring.getState().removed).toBeNull();
    measuring.setState({ removed: NOTE });
    lab.setState({ scan: { scan: "b" } as ScanOpened });
    expect(measuring.getState().removed).toBeNull();
  });

  it("steps back from points, then from the tool, then from what is chosen", () => {
    takeTool("angle");
    measuring.setState({ placed: [[0, 0, 0]], chosen: "d" });
    const states = [1, 2, 3].map(() => {
      stepBack();
      const { placed, tool, chosen } = measuring.getState();
      return [placed.length, tool, chosen];
    });
    expect(states).toEqual([[0, "angle", "d"], [0, null, "d"], [0, null, null]]);
  });

  it("ends with the scan", () => {
    takeTool("angle");
    measuring.setState({ placed: [[0, 0, 0]], chosen: "d" });
    lab.setState({ scan: { scan: "b" } as ScanOpened });
    expect(measuring.getState()).toMatchObject({ tool: "angle", placed: [], chosen: null });
  });
});
