/** The talk as a server hears it, with the store it writes. */
import { BoxGeometry, type BufferGeometry } from "three";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Talk } from "../src/net/talk";
import type { ClientMessage, Mark, ScanOpened, ServerMessage, VolumeData } from "../src/protocol.gen";
import { drawnFrame, finestWithin, isMeasuredBefore, lab } from "../src/state/lab";

const SHA = "a".repeat(64);
const sha = (n: number) => n.toString(16).padStart(64, "0");
const SCENE = [5e-5, 0, 0, 0, 0, -5e-5, 0, 0, 0, 0, -1e-4, 0, 0, 0, 0, 1] as ScanOpened["scene_from_index"];
const CARD = { subject: "M1", timepoint: "d0", frames: 9, labels: ["manual"] };
const first = lab.getInitialState();

let said: ClientMessage[];
let redialled: number;
let talk: Talk;

type Unnumbered<T> = T extends unknown ? Omit<T, "seq"> & { seq?: number } : never;

function hear(message: Unnumbered<ServerMessage>, payload?: Uint8Array): void {
  const text = JSON.stringify({ seq: 0, ...message });
  if (!payload) return talk.frame(text);
  const head = new TextEncoder().encode(text);
  const frame = new Uint8Array(4 + head.length + payload.length);
  new DataView(frame.buffer).setUint32(0, head.length, true);
  frame.set(head, 4);
  frame.set(payload, 4 + head.length);
  talk.frame(frame.buffer);
}

function welcome(session = "s1", ids = ["a", "b"]): void {
  hear({ type: "welcome", server: "lab", session, scans: ids.map((id) => ({ id, ...CARD })) });
}

function opened(scan = "a", more: Partial<ScanOpened> = {}): void {
  hear({
    type: "scan", scan, subject: "M1", timepoint: "d0", label: "manual", labels: ["manual"],
    shape: [9, 4, 6], spacing_mm: [0.1, 0.05, 0.05], spacing_source: "ruler",
    scene_from_index: SCENE, frames_with_tumour: [2, 6], ...more,
  } as ScanOpened);
}

function slice(frame: number, seq = 0, scan = "a", payload = new Uint8Array(24 + 3).fill(frame)): void {
  hear({ type: "slice", scan, frame, width: 6, height: 4, label: "manual", sha256: sha(frame), seq }, payload);
}

function volume(seq = 0, payload = Uint8Array.of(1, 2, 3), sha256 = sha(99), scan = "a"): void {
  const header = { shape: [3, 1, 1], step: [3, 4, 6], first: [1, 1.5, 2.5] } as Pick<VolumeData, "shape" | "step" | "first">;
  hear({ type: "volume", scan, ...header, sha256, seq }, payload);
}

function mesh(level: number, seq = 0, payload = Uint8Array.of(1), sha256 = SHA, triangles = 12): void {
  hear({ type: "mesh", scan: "a", label: "manual", level, levels: 3, triangles, sha256, error_mm: 0.002, seq }, payload);
}

function measured(mesh: string): void {
  hear({
    type: "measured", scan: "a", label: "manual", mesh, volume_mm3: 2, interval_mm3: [1, 3], mesh_volume_mm3: 2,
    surface_mm2: 9, extent_mm: [3, 2, 1], caliper_mm3: 3, voxels: 9, frames: [2, 6], warnings: [], diameters: [], confidence: [], doubtful: [], drawn_by: "",
  });
}

function job(state: string, more: object = {}): void {
  hear({
    type: "job", id: "j1", kind: "segment", scan: "a", label: "auto", state, what: "searching",
    done: 3, total: 9, sentence: "", file: "", ...more,
  } as Unnumbered<ServerMessage>);
}

function marks(scan: string, ...texts: string[]): void {
  const made: Omit<Mark, "id" | "text"> = { kind: "note", points_mm: [[1, 2, 3]], author: "", made: "" };
  hear({ type: "marks", scan, marks: texts.map((text, n) => ({ ...made, id: `n${n}`, text })) });
}

const kinds = () => said.map((m) => m.type);
const settled = () => new Promise((done) => setTimeout(done));

beforeEach(() => {
  lab.setState(first, true);
  said = [];
  redialled = 0;
  talk = new Talk(async () => new BoxGeometry());
  talk.over({ send: (text) => said.push(JSON.parse(text) as ClientMessage) > 0, redial: () => void (redialled += 1) });
});

describe("the first talk", () => {
  it("greets, opens the first scan, looks at the tumour's middle, and acks", () => {
    talk.opened();
    welcome();
    opened("a", { seq: 7 });
    expect(said).toEqual([
      { type: "hello", session: null, holds: [] },
      { type: "open", scan: "a", label: null },
      { type: "join", name: "", together: false },
      { type: "ack", seq: 0 },
      { type: "look", scan: "a", frame: 4 },
      { type: "ack", seq: 7 },
    ]);
    expect(lab.getState()).toMatchObject({ connection: "open", frame: 4, wanted: { scan: "a", label: "manual" } });
  });

  it("opens the scan of the address where the library has it, else the first", () => {
    lab.setState({ wanted: { scan: "b", label: null } });
    welcome();
    lab.setState({ wanted: { scan: "gone", label: null } });
    welcome();
    expect(said.filter((m) => m.type === "open").map((m) => m.scan)).toEqual(["b", "a"]);
  });

  it("looks at the sweep's middle where there is no tumour", () => {
    opened("a", { label: null, labels: [], frames_with_tumour: null });
    expect(lab.getState().frame).toBe(4);
  });
});

describe("marks", () => {
  const texts = () => lab.getState().marks.map(({ text }) => text);

  it("are those of the scan that is open, the latest of them", () => {
    opened();
    marks("a", "rim", "core");
    marks("b", "elsewhere");
    expect(texts()).toEqual(["rim", "core"]);
    marks("a", "core");
    expect(texts()).toEqual(["core"]);
  });

  it("go when a scan is opened, be it the same: those that are left come after it", () => {
    opened();
    marks("a", "rim");
    opened("a", { frames_with_tumour: [2, 7] });
    expect(texts()).toEqual([]);
    marks("a", "rim");
    opened("b");
    expect(texts()).toEqual([]);
  });
});

describe("frames", () => {
  beforeEach(() => {
    welcome();
    opened();
    said = [];
  });

  it("are shown when they come, and acked", () => {
    slice(3, 11);
    expect(lab.getState()).toMatchObject({ slicesHeld: 1, slice: { frame: 3 } });
    slice(4, 12);
    expect(lab.getState().slice?.frame).toBe(4);
    expect(said).toEqual([{ type: "ack", seq: 11 }, { type: "ack", seq: 12 }]);
  });

  it("are looked at within the sweep; the nearest that has come is shown", () => {
    slice(4);
    talk.look(99);
    expect(lab.getState()).toMatchObject({ frame: 8, slice: { frame: 4 } });
    slice(8);
    expect(lab.getState().slice?.frame).toBe(8);
    expect(said).toContainEqual({ type: "look", scan: "a", frame: 8 });
  });

  it("that the page holds come without bytes, from memory or from what it keeps", async () => {
    slice(4, 1);
    slice(4, 2, "a", new Uint8Array());
    expect(said).toEqual([{ type: "ack", seq: 1 }, { type: "ack", seq: 2 }]);
    opened("b");
    opened();
    expect(lab.getState().slicesHeld).toBe(0);
    slice(4, 3, "a", new Uint8Array());
    await settled();
    expect(lab.getState().slice).toMatchObject({ frame: 4, grey: new Uint8Array(24).fill(4) });
    expect(said.at(-1)).toEqual({ type: "ack", seq: 3 });
  });

  it("that it does not hold after all make it greet anew, once, with what it holds", async () => {
    slice(4);
    for (const frame of [5, 6, 7]) slice(frame, frame, "a", new Uint8Array());
    await settled();
    expect(redialled).toBe(1);
    said = [];
    talk.opened();
    expect(said).toEqual([{ type: "hello", session: "s1", holds: [sha(4)] }]);
  });

  it("that are read late do not replace what came since", async () => {
    slice(4, 1);
    opened("b");
    opened();
    slice(4, 2, "a", new Uint8Array());
    const payload = new Uint8Array(27).fill(9);
    hear({ type: "slice", scan: "a", frame: 4, width: 6, height: 4, label: "manual", sha256: sha(9), seq: 3 }, payload);
    await settled();
    expect(lab.getState().slice?.grey[0]).toBe(9);
    expect(said.slice(-2)).toEqual([{ type: "ack", seq: 3 }, { type: "ack", seq: 2 }]);
  });

  it("that are read after the line fell are not acked on the next", async () => {
    slice(4, 1);
    opened("b");
    opened();
    slice(4, 2, "a", new Uint8Array());
    talk.opened();
    await settled();
    expect(said).not.toContainEqual({ type: "ack", seq: 2 });
  });

  it("of another scan are acked and not shown", () => {
    slice(4, 3, "b");
    expect(lab.getState().slice).toBeNull();
    expect(said).toEqual([{ type: "ack", seq: 3 }]);
  });
});

describe("the volume", () => {
  beforeEach(() => {
    welcome();
    opened();
    said = [];
  });

  it("stands in for frames that have not come", () => {
    slice(2);
    expect(drawnFrame(lab.getState())).toBe(2);
    volume(31);
    expect(drawnFrame(lab.getState())).toBe(4);
    expect(lab.getState().volume).toMatchObject({ sha256: sha(99), grey: Uint8Array.of(1, 2, 3) });
    expect(said.at(-1)).toEqual({ type: "ack", seq: 31 });
  });

  it("that the page holds comes without bytes, from memory or from what it keeps", async () => {
    volume(1);
    const shown = lab.getState().volume;
    volume(2, new Uint8Array());
    expect(lab.getState().volume).toBe(shown);
    opened("b");
    opened();
    expect(lab.getState().volume).toBeNull();
    volume(3, new Uint8Array());
    await settled();
    expect(lab.getState().volume?.grey).toEqual(Uint8Array.of(1, 2, 3));
    expect(said.filter((m) => m.type === "ack").map((m) => m.seq)).toEqual([1, 2, 0, 0, 3]);
  });

  it("that it does not hold after all makes it greet anew", async () => {
    volume(1, new Uint8Array());
    await settled();
    expect(redialled).toBe(1);
  });

  it("that is read late does not replace what came since", async () => {
    volume(1);
    opened("b");
    opened();
    volume(2, new Uint8Array());
    volume(3, Uint8Array.of(7, 8, 9), sha(98));
    await settled();
    expect(lab.getState().volume?.sha256).toBe(sha(98));
  });

  it("of another scan is acked and not shown", () => {
    volume(5, undefined, undefined, "b");
    expect(lab.getState().volume).toBeNull();
    expect(said).toEqual([{ type: "ack", seq: 5 }]);
  });
});

describe("meshes", () => {
  beforeEach(() => {
    welcome();
    opened();
    said = [];
  });

  it("are acked once they are taken, finer for coarser", async () => {
    mesh(0, 21);
    expect(kinds()).toEqual([]);
    await settled();
    mesh(1, 22, Uint8Array.of(2), "b".repeat(64));
    await settled();
    expect(lab.getState().mesh).toMatchObject({ level: 1, triangles: 12 });
    expect(said).toEqual([{ type: "ack", seq: 21 }, { type: "ack", seq: 22 }]);
  });

  it("of another surface take the place of all levels there were, coarse first", async () => {
    for (const level of [0, 1, 2]) mesh(level, 0, Uint8Array.of(1), String(level).repeat(64));
    mesh(0, 0, Uint8Array.of(2), "a".repeat(64));
    await settled();
    expect(lab.getState().levels.map((m) => m.sha256[0])).toEqual(["a"]);
    mesh(1, 0, Uint8Array.of(3), "c".repeat(64));
    await settled();
    expect(lab.getState().levels.map((m) => m.sha256[0])).toEqual(["a", "c"]);
  });

  it("that come again take nothing away", async () => {
    for (const level of [0, 1, 2]) mesh(level, 0, Uint8Array.of(1), String(level).repeat(64));
    mesh(0, 0, new Uint8Array(), "0".repeat(64));
    await settled();
    expect(lab.getState().levels.map((m) => m.sha256[0])).toEqual(["0", "1", "2"]);
  });

  it("go, and the numbers too, where the mask is empty now", async () => {
    mesh(0);
    await settled();
    opened("a", { frames_with_tumour: null });
    expect(lab.getState()).toMatchObject({ levels: [], mesh: null, measured: null });
  });

  it("of another surface make the numbers those of the mask before, until it is measured", async () => {
    const before = () => isMeasuredBefore(lab.getState());
    measured(SHA);
    expect(before()).toBe(false);
    mesh(0);
    await settled();
    expect(before()).toBe(false);
    mesh(0, 0, Uint8Array.of(2), sha(7));
    await settled();
    expect(before()).toBe(true);
    measured(sha(7));
    expect(before()).toBe(false);
  });

  it("of fewer triangles are taken where a headset has to draw them twice", async () => {
    for (const level of [0, 1, 2]) mesh(level, 0, Uint8Array.of(1), String(level).repeat(64), 10 ** (level + 1));
    await settled();
    const { levels } = lab.getState();
    expect([1, 10, 150, 1e9].map((most) => finestWithin(levels, most)?.level)).toEqual([0, 0, 1, 2]);
  });

  it("come in the order they were sent, however long each takes to read", async () => {
    const waits = [5, 0];
    talk = new Talk(() => new Promise<BufferGeometry>((done) => setTimeout(() => done(new BoxGeometry()), waits.shift())));
    mesh(0);
    mesh(1, 0, Uint8Array.of(2), "b".repeat(64));
    await vi.waitFor(() => expect(lab.getState().mesh?.level).toBe(1));
    expect(waits).toEqual([]);
  });

  it("that the page holds come without bytes; one that it lost makes it greet anew", async () => {
    mesh(0);
    await settled();
    const shown = lab.getState().mesh?.geometry;
    opened("b");
    opened("a");
    expect(lab.getState().mesh).toBeNull();
    mesh(0, 0, new Uint8Array());
    await settled();
    expect(lab.getState().mesh?.geometry).toBe(shown);
    mesh(1, 0, new Uint8Array(), "f".repeat(64));
    await settled();
    expect(redialled).toBe(1);
  });

  it("that cannot be read are said, and acked", async () => {
    talk = new Talk(() => Promise.reject(new Error("no GLB")));
    talk.over({ send: (text) => said.push(JSON.parse(text) as ClientMessage) > 0, redial: () => undefined });
    mesh(0, 5);
    await settled();
    expect(lab.getState().failure).toContain("no GLB");
    expect(said).toEqual([{ type: "ack", seq: 5 }]);
  });
});

describe("after a drop", () => {
  beforeEach(async () => {
    talk.opened();
    welcome();
    opened();
    slice(4);
    mesh(0);
    await settled();
    talk.dropped("");
    said = [];
  });

  it("keeps what is shown", () => {
    expect(lab.getState()).toMatchObject({ connection: "reconnecting", slice: { frame: 4 }, mesh: { level: 0 } });
  });

  it("greets with its session and what it holds, and goes on where the server knows it", () => {
    talk.opened();
    welcome("s1");
    expect(said.slice(0, 2)).toEqual([
      { type: "hello", session: "s1", holds: [sha(4), SHA] },
      { type: "look", scan: "a", frame: 4 },
    ]);
    expect(kinds()).not.toContain("open");
  });

  it("opens the scan again where the server is a new one", () => {
    talk.opened();
    welcome("s2");
    opened();
    expect(said).toContainEqual({ type: "open", scan: "a", label: "manual" });
    expect(lab.getState()).toMatchObject({ connection: "open", slice: { frame: 4 }, mesh: { level: 0 } });
  });

  it("asks again for what it asked for just before, though the last scan is still shown", () => {
    talk.opened();
    welcome("s1");
    talk.open({ scan: "b", label: null });
    talk.open({ scan: "a", label: null });
    talk.dropped("");
    said = [];
    talk.opened();
    welcome("s1");
    opened("b");
    expect(said.filter((m) => m.type === "open")).toEqual([{ type: "open", scan: "a", label: null }]);
    expect(lab.getState().wanted).toEqual({ scan: "a", label: null });
    opened("a");
    expect(lab.getState().wanted).toEqual({ scan: "a", label: "manual" });
  });

  it("opens what was chosen meanwhile", () => {
    talk.open({ scan: "b", label: null });
    said = [];
    talk.opened();
    welcome("s1");
    expect(said).toContainEqual({ type: "open", scan: "b", label: null });
  });
});

describe("what cannot be", () => {
  it("is said where the server fails", () => {
    hear({ type: "failed", sentence: "expected a label, got none", seq: 3 });
    expect(lab.getState().failure).toBe("expected a label, got none");
    expect(said).toEqual([{ type: "ack", seq: 3 }]);
  });

  it("is said where a frame is not of this protocol", () => {
    talk.frame("{}");
    expect(lab.getState().failure).toContain("Reload the page");
  });
});

describe("jobs", () => {
  it("are shown while they are under way, whatever scan is opened", () => {
    job("waiting");
    opened();
    job("running", { done: 4 });
    opened("b");
    expect(lab.getState().jobs).toMatchObject([{ id: "j1", state: "running", done: 4 }]);
    job("done");
    expect(lab.getState().jobs).toEqual([]);
    expect(lab.getState().failure).toBeNull();
  });

  it("say why they failed", () => {
    job("running");
    job("failed", { sentence: "expected a box, got none" });
    expect(lab.getState()).toMatchObject({ jobs: [], failure: "Outlining a failed: expected a box, got none" });
    job("failed", { kind: "export", file: "a_b.stl", sentence: "expected a mask, got none" });
    expect(lab.getState().failure).toBe("Exporting a_b.stl failed: expected a mask, got none");
  });
});
