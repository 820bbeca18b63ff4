/** The scene that is shared, as a server and a second page would hear it. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Company, type SharedScene } from "../src/net/company";
import type { ClientMessage, Presence, Share, Shared } from "../src/protocol.gen";
import { company } from "../src/state/company";

const first = company.getInitialState();
const HERE: Presence = { type: "presence", immersed: false, head: [0, 0, 1, 0, 0, 0, 1] };
const place = (frame: number, scan = "a") => ({ scan, frame });

let said: ClientMessage[];
let adopted: Partial<SharedScene>[];
let shown: SharedScene;
let mine: Company;

const shares = () => said.filter((m): m is Share => m.type === "share" && !m.offer);
const lastChange = () => Math.max(0, ...said.map((m) => (m.type === "share" ? m.change : 0)));

function hear(scene: Partial<SharedScene>, heard: number): void {
  const nothing = { selection: null, place: null, view: null, pose: null, probe: null, beside: null };
  mine.takeShared({ ...nothing, ...scene, heard, seq: 0, type: "shared" } as Shared);
}

beforeEach(() => {
  vi.useFakeTimers();
  company.setState({ ...first, together: true }, true);
  said = [];
  adopted = [];
  shown = { selection: { scan: "a", label: "m" }, place: place(4), view: "cut", pose: null, probe: null, beside: "nothing" };
  mine = new Company((m) => said.push(m), { shown: () => shown, adopt: (scene) => adopted.push(scene) });
});

describe("who comes", () => {
  it("says who it is and offers what it shows", () => {
    company.setState({ name: "Zoë" });
    mine.welcomed();
    expect(said).toEqual([
      { type: "join", name: "Zoë", together: true },
      { type: "share", change: 1, offer: true, ...shown },
    ]);
  });

  it("offers nothing before a scan is open, and then that", () => {
    shown = { ...shown, selection: null };
    mine.welcomed();
    expect(said.map((m) => m.type)).toEqual(["join"]);
    shown = { ...shown, selection: { scan: "b", label: null } };
    mine.offer();
    expect(said.at(-1)).toMatchObject({ type: "share", offer: true, selection: { scan: "b" } });
  });

  it("of its own way says so, shares nothing and takes nothing over", () => {
    company.setState({ together: false });
    mine.welcomed();
    mine.changed("view", "glass");
    mine.moved(HERE);
    hear({ view: "solid" }, 0);
    expect(said).toEqual([{ type: "join", name: "", together: false }]);
    expect(adopted).toEqual([]);
  });

  it("may change its mind", () => {
    mine.welcomed();
    mine.changed("view", "glass");
    mine.go("Ann", false);
    expect(said.at(-1)).toEqual({ type: "join", name: "Ann", together: false });
    mine.go("Ann", true);
    expect(said.at(-1)).toMatchObject({ type: "share", offer: true });
    hear({ view: "solid" }, 0);
    expect(adopted).toEqual([expect.objectContaining({ view: "solid" })]);
  });
});

describe("changes", () => {
  beforeEach(() => {
    mine.welcomed();
    said = [];
  });

  it("go out, the latest of many", () => {
    for (let frame = 5; frame < 30; frame += 1) mine.changed("place", place(frame));
    vi.advanceTimersByTime(20);
    expect(shares().map((m) => m.place?.frame)).toEqual([5, 29]);
  });

  it("of one's own are kept until they are heard, others' fields are taken at once", () => {
    mine.changed("place", place(7));
    const change = lastChange();
    hear({ place: place(1), view: "glass" }, change - 1);
    expect(adopted).toEqual([{ selection: null, view: "glass", pose: null, probe: null, beside: null }]);
    hear({ place: place(2) }, change);
    expect(adopted.at(-1)).toMatchObject({ place: place(2) });
  });

  it("are kept also while they wait to be said, whatever was heard of those before", () => {
    mine.changed("place", place(7));
    mine.changed("place", place(8));
    hear({ place: place(7) }, lastChange());
    expect(adopted.at(-1)).not.toHaveProperty("place");
    vi.advanceTimersByTime(20);
    expect(shares().at(-1)).toMatchObject({ place: place(8) });
  });

  it("that may not have been heard are said again by their own numbers, in order, before the rest", () => {
    mine.changed("pose", [0, 0, 0, 0, 0, 0, 1, 10]);
    vi.advanceTimersByTime(20);
    mine.changed("view", "glass");
    const before = shares().map(({ change }) => change);
    mine.dropped();
    mine.changed("place", place(9));
    vi.advanceTimersByTime(20);
    said = [];
    mine.welcomed();
    const again = said.filter((m) => m.type === "share");
    expect(again.slice(0, 2).map(({ change }) => change)).toEqual(before);
    expect(again[2]).toMatchObject({ change: Math.max(...before) + 1, place: place(9) });
    expect(again[3]).toMatchObject({ offer: true });
  });

  it("of the scan take frame and probe of the one before away", () => {
    mine.changed("place", place(7));
    mine.changed("probe", { scan: "a", pose: [0, 0, 0, 0, 0, 0, 1] });
    mine.changed("selection", { scan: "b", label: null });
    expect(mine.scene).toMatchObject({ place: null, probe: null });
  });
});

describe("presence", () => {
  const other = { id: "p", name: "", together: true, away: false, presence: null };

  it("is told some times a second, and only where somebody sees it", () => {
    mine.welcomed();
    said = [];
    mine.moved(HERE);
    expect(said).toEqual([]);
    mine.takePeople({ type: "people", you: "me", seat: 1, people: [other], seq: 1 });
    for (let i = 0; i < 90; i += 1) {
      mine.moved(HERE);
      vi.advanceTimersByTime(11);
    }
    expect(said.length).toBeGreaterThan(15);
    expect(said.length).toBeLessThan(25);
    mine.takePeople({ type: "people", you: "me", seat: 1, people: [{ ...other, away: true }], seq: 2 });
    vi.advanceTimersByTime(100);
    said = [];
    mine.moved(HERE);
    expect(said).toEqual([]);
  });
});
