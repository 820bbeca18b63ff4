import { Vector3 } from "three";
import { describe, expect, it } from "vitest";
import { fitted, panelRects, shiftBy } from "../src/desk/panels";
import type { ScanOpened } from "../src/protocol.gen";
import { lab, showScan } from "../src/state/lab";
import { indexFromSquare, moveTo, PLANES, planes, showPlanes, sizeMm } from "../src/state/planes";

const scan: ScanOpened = {
  type: "scan", scan: "a", subject: "", timepoint: "", label: null, labels: [], shape: [21, 41, 61],
  spacing_mm: [0.1, 0.05, 0.04], spacing_source: "user",
  scene_from_index: [4e-5, 0, 0, 0, 0, -5e-5, 0, 0, 0, 0, -1e-4, 0, 0, 0, 0, 1], frames_with_tumour: null, seq: 1,
};
const [FRAME, SIDE, ABOVE] = PLANES;

describe("the three planes", () => {
  it.each([
    { plane: FRAME!, topLeft: [-0.5, -0.5, 7], bottomRight: [60.5, 40.5, 7], mm: [2.44, 2.05] },
    { plane: SIDE!, topLeft: [5, -0.5, -0.5], bottomRight: [5, 40.5, 20.5], mm: [2.1, 2.05] },
    { plane: ABOVE!, topLeft: [-0.5, 6, -0.5], bottomRight: [60.5, 6, 20.5], mm: [2.44, 2.1] },
  ])("$plane.name: its corners are the outer edges of its voxels", ({ plane, topLeft, bottomRight, mm }) => {
    const matrix = indexFromSquare(plane, scan, [5, 6, 7]);
    expect(new Vector3(-0.5, 0.5, 0).applyMatrix4(matrix).toArray()).toEqual(topLeft);
    expect(new Vector3(0.5, -0.5, 0).applyMatrix4(matrix).toArray()).toEqual(bottomRight);
    sizeMm(plane, scan).forEach((length, k) => expect(length).toBeCloseTo(mm[k]!, 9));
  });

  it("go through the middle at first, and stay within the scan", () => {
    lab.setState({ scan: null });
    showScan(scan);
    showPlanes(true);
    expect(planes.getState().at).toEqual({ x: 30, y: 20 });
    moveTo(-4, 99);
    expect(planes.getState().at).toEqual({ x: 0, y: 40 });
    showScan({ ...scan, scan: "b" });
    expect(planes.getState().at).toEqual({ x: 30, y: 20 });
    showPlanes(false);
  });
});

describe("where they lie on the stage", () => {
  it.each([[944, 685], [390, 470], [320, 300]])("%i x %i: side by side, within it, beside its new middle", (width, height) => {
    const rects = panelRects(width, height, 3);
    for (const { left, top, width: w, height: h } of rects) {
      expect(Math.min(left, top, w, h)).toBeGreaterThan(0);
      expect(left + w).toBeLessThan(width);
      expect(top + h).toBeLessThan(height);
    }
    const [right, down] = shiftBy(width, height);
    const [x, y] = [width / 2 + right, height / 2 + down];
    expect(rects.some((r) => x > r.left && x < r.left + r.width && y > r.top && y < r.top + r.height)).toBe(false);
  });

  it("shows a picture whole, in its shape", () => {
    expect(fitted({ left: 10, top: 20, width: 100, height: 50 }, [1, 1])).toEqual({ left: 35, top: 20, width: 50, height: 50 });
  });
});
