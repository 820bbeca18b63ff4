import { BufferAttribute, BufferGeometry, Group, Mesh, Quaternion, Vector3 } from "three";
import { describe, expect, it } from "vitest";
import { thrown, pointed, FARTHEST_M } from "../src/xr/arc";
import { helpFor } from "../src/xr/board/help";
import { pageOf, pageWith } from "../src/xr/board/pages";
import { footOf } from "../src/xr/foot";
import { COARSE, foveationFor, SHARP } from "../src/xr/foveation";
import { BOARD, TEXT } from "../src/xr/look";
import { backToStart, fromRoom, goTo, origin, turn } from "../src/xr/origin";
import { isShown } from "../src/xr/palm";
import { panelPlace } from "../src/xr/placement";
import { disc, isTableHeight, type Surface, surfaceUnder } from "../src/xr/surfaces";
import { Walk } from "../src/xr/walk";

const AHEAD = new Vector3(0, 0, -1);

describe("going", () => {
  it("a throw comes down on the floor, farther for a higher hand's aim", () => {
    const level = thrown(new Vector3(0, 1.2, 0), AHEAD, 0).landing;
    const up = thrown(new Vector3(0, 1.2, 0), new Vector3(0, 0.3, -1).normalize(), 0).landing;
    expect(level?.y).toBeCloseTo(0, 9);
    expect(level?.z).toBeCloseTo(-6 * Math.sqrt((2 * 1.2) / 9.81), 0);
    expect(up?.z).toBeLessThan(level?.z ?? 0);
  });

  it("a throw goes nowhere that is too far, or up", () => {
    const far = thrown(new Vector3(0, 1.2, 0), new Vector3(0, 1, -1).normalize(), 0);
    expect(far.landing === null || Math.abs(far.landing.z) <= FARTHEST_M).toBe(true);
    expect(thrown(new Vector3(0, 1.2, 0), new Vector3(0, 1, -1).normalize(), -40).landing).toBeNull();
    expect(pointed(new Vector3(0, 1.2, 0), new Vector3(0, 0.1, -1).normalize(), 0)).toBeNull();
    expect(pointed(new Vector3(0, 1.2, 0), new Vector3(0, -0.1, -1).normalize(), 0)).toBeNull();
  });

  it("a ray that points at the floor meets it", () => {
    const at = pointed(new Vector3(1, 1, 1), new Vector3(0, -1, -1).normalize(), 0);
    expect(at?.toArray().map((v) => Number(v.toFixed(9)))).toEqual([1, 0, 0]);
  });

  it("the stick aims while it is held forward and goes when it is let go", () => {
    const walk = new Walk();
    const strides = [[0, -0.9], [0.6, -0.6], [0, -0.1], [0, 0]].map(([x = 0, y = 0]) => walk.take(x, y));
    expect(strides.map(({ isAiming, goes }) => [isAiming, goes])).toEqual([[true, false], [true, false], [false, true], [false, false]]);
    expect(strides.every(({ turns }) => turns === 0)).toBe(true);
  });

  it("a push aside turns once, whatever follows, until it is let go", () => {
    const walk = new Walk();
    const pushes = [[0.9, 0], [1, 0], [0.8, -0.9], [0.1, 0], [-0.8, 0]].map(([x = 0, y = 0]) => walk.take(x, y));
    expect(pushes.map(({ turns }) => turns)).toEqual([-1, 0, 0, 0, 1]);
    expect(pushes.some(({ goes, isAiming }) => goes || isAiming)).toBe(false);
  });

  it("turning leaves the head where it is, going leaves its height and turn", () => {
    backToStart();
    const inHeadset = new Vector3(0.3, 1.6, -0.2);
    const head = () => inHeadset.clone().applyMatrix4(origin.matrix);
    origin.updateMatrix();
    turn(Math.PI / 6, head());
    origin.updateMatrix();
    expect(head().distanceTo(inHeadset)).toBeLessThan(1e-9);
    goTo(new Vector3(2, 0, 1), head());
    origin.updateMatrix();
    expect(head().toArray().map((v) => Number(v.toFixed(9)))).toEqual([2, 1.6, 1]);
    expect(fromRoom(head()).distanceTo(inHeadset)).toBeLessThan(1e-9);
    expect(new Quaternion().copy(origin.quaternion).angleTo(new Quaternion())).toBeCloseTo(Math.PI / 6, 9);
    backToStart();
  });
});

describe("putting down", () => {
  const table: Surface = { kind: "table", y: 0.75, corners: [[0, 0], [2, 0], [2, 1], [0, 1]] };
  const plinth: Surface = { kind: "plinth", y: 0.8, corners: disc(1, 0.5, 0.13) };

  it.each([[1, 0.77, 0.5, "table"], [1, 0.8, 0.5, "plinth"], [1.5, 0.7, 0.5, "table"]])(
    "at %s, %s, %s onto the %s",
    (x, y, z, kind) => expect(surfaceUnder(new Vector3(x, y, z), [table, plinth])?.kind).toBe(kind),
  );

  it.each([[1, 1.0, 0.5], [1, 0.6, 0.5], [2.1, 0.75, 0.5], [1, 0.75, -0.1]])("at %s, %s, %s onto nothing", (x, y, z) =>
    expect(surfaceUnder(new Vector3(x, y, z), [table, plinth])).toBeNull(),
  );

  it("tables are between knee and chest", () => {
    expect([0, 0.1, 0.45, 0.75, 1.1, 2.4].map(isTableHeight)).toEqual([false, false, true, true, true, false]);
  });

  it("the foot is the lowest point of a mesh, however it is turned and sized", () => {
    const geometry = new BufferGeometry().setAttribute("position", new BufferAttribute(new Float32Array([0, 3, 0, 2, 0, 0, 0, -1, 0]), 3));
    const tumour = new Group().add(Object.assign(new Mesh(geometry), { name: "touch" }));
    tumour.position.set(5, 10, 0);
    tumour.scale.setScalar(2);
    expect(footOf(tumour, "touch")?.toArray()).toEqual([5, 8, 0]);
    tumour.rotation.z = -Math.PI / 2; // what lay to the right is below
    expect(footOf(tumour, "touch")?.y).toBeCloseTo(10 - 2 * 2, 6);
    expect(footOf(tumour, "none")).toBeNull();
  });
});

describe("the palm", () => {
  const head = { position: new Vector3(0, 1.6, 0), quaternion: new Quaternion() };
  const middle = new Vector3(0, 1.55, -0.4);
  const palm = (degrees: number) => ({
    middle,
    normal: new Vector3(0, 0, 1).applyAxisAngle(new Vector3(0, 1, 0), (degrees * Math.PI) / 180),
  });

  it("shows the menu when it faces the eyes, and until it turns well away", () => {
    expect([0, 30, 55, 90].map((angle) => isShown(palm(angle), head, false))).toEqual([true, true, false, false]);
    expect([0, 30, 55, 90].map((angle) => isShown(palm(angle), head, true))).toEqual([true, true, true, false]);
  });

  it("does not where it is not looked at, or far away", () => {
    const aside = { ...head, quaternion: new Quaternion().setFromAxisAngle(new Vector3(0, 1, 0), 1) };
    expect(isShown(palm(0), aside, false)).toBe(false);
    expect(isShown({ ...palm(0), middle: new Vector3(0, 1.6, -1) }, head, false)).toBe(false);
  });
});

it("the picture is sharp all over while the frame is looked at closely, and does not flicker", () => {
  const head = { position: new Vector3(0, 1.6, 0), quaternion: new Quaternion() };
  const at = (z: number, before: number) => foveationFor(head, new Vector3(0, 1.6, z), before);
  expect([at(-0.4, COARSE), at(-0.5, COARSE), at(-0.5, SHARP), at(-0.7, SHARP)]).toEqual([SHARP, COARSE, SHARP, COARSE]);
  expect(foveationFor(head, new Vector3(0.4, 1.6, -0.1), SHARP)).toBe(COARSE);
});

it("the board's text is as large as a headset draws sharp", () => {
  const head = new Vector3(0, 1.6, 0);
  const { position } = panelPlace(head, new Quaternion(), "right");
  const QUEST_3_PIXELS_A_DEGREE = 25;
  for (const px of Object.values(TEXT)) {
    const degrees = (Math.atan((px * BOARD.pixelSize) / position.distanceTo(head)) * 180) / Math.PI;
    expect(degrees * QUEST_3_PIXELS_A_DEGREE).toBeGreaterThan(20);
  }
});

describe("the board", () => {
  it("shows thirty scans eight at a time", () => {
    const scans = Array.from({ length: 30 }, (_, i) => i);
    expect(pageOf(scans, pageWith(29, 8), 8)).toEqual({ items: [24, 25, 26, 27, 28, 29], page: 3, pages: 4 });
    expect(pageOf(scans, 9, 8).page).toBe(3);
    expect(pageOf(scans, -1, 8).items).toHaveLength(8);
    expect(pageOf([], 0, 8)).toEqual({ items: [], page: 0, pages: 1 });
    expect(pageWith(-1, 8)).toBe(0);
  });

  it("says what the sticks do, as they do it", () => {
    const help = (isVr: boolean, hasHands: boolean, leftHanded: boolean) => helpFor({ isVr, hasHands, leftHanded });
    expect(help(true, false, false)).toMatch(/Right stick: frames\. The left one forward/);
    expect(help(true, false, true)).toMatch(/Left stick: frames\. The right one forward/);
    expect(help(false, false, false)).toMatch(/Either stick turns frames/);
    expect(help(true, true, false)).toMatch(/floor/);
    expect(help(false, true, false)).not.toMatch(/floor|stick/);
  });
});
