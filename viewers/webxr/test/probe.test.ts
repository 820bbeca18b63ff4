import { Matrix4, Quaternion, Vector3 } from "three";
import { beforeEach, describe, expect, it } from "vitest";
import type { ScanOpened } from "../src/protocol.gen";
import { lab, showScan } from "../src/state/lab";
import { layers } from "../src/state/layers";
import { levels, showWindow, windowOf } from "../src/state/levels";
import { poseFrom, positionOf, quaternionOf } from "../src/state/pose";
import { attitudeOf, firstPose, laid, poseOf, probe, sectionOf, showProbe } from "../src/state/probe";
import { seeded } from "./seeded";

/** 20 frames of 40 × 60 at 0.1 × 0.05 × 0.05 mm, rows downward, frames towards the viewer. */
const SCENE = new Matrix4().makeScale(5e-5, -5e-5, -1e-4);
const scan: ScanOpened = {
  type: "scan", scan: "a", subject: "", timepoint: "", label: null, labels: [], shape: [20, 40, 60],
  spacing_mm: [0.1, 0.05, 0.05], spacing_source: "user", scene_from_index: SCENE.toArray(), frames_with_tumour: null, seq: 1,
};
const CENTRE = new Vector3(1e-3, -2e-3, 3e-3);

describe("the attitude at a desk", () => {
  const random = seeded(7);

  it("and the pose say the same plane", () => {
    for (let i = 0; i < 200; i += 1) {
      const quaternion = new Quaternion(random() - 0.5, random() - 0.5, random() - 0.5, random() - 0.5).normalize();
      const pose = poseFrom(new Vector3(random(), random(), random()).multiplyScalar(1e-2), quaternion);
      const again = poseOf(attitudeOf(pose, scan, CENTRE), scan, CENTRE);
      expect(Math.abs(quaternionOf(again).dot(quaternion))).toBeCloseTo(1, 9);
      const normal = new Vector3(0, 0, 1).applyQuaternion(quaternion);
      expect(positionOf(again).sub(positionOf(pose)).dot(normal)).toBeCloseTo(0, 9);
    }
  });
});

describe("where a plane meets the scan", () => {
  it("is the whole frame where it lies as one", () => {
    const section = sectionOf(scan.shape, new Matrix4().copy(SCENE).invert().multiply(new Matrix4().makeTranslation(0, 0, -1e-3)));
    expect(section?.width).toBeCloseTo(60 * 5e-5, 9);
    expect(section?.height).toBeCloseTo(40 * 5e-5, 9);
    expect(section?.left).toBeCloseTo(-0.5 * 5e-5, 9);
    expect(section?.bottom).toBeCloseTo(-39.5 * 5e-5, 9);
  });

  it("is nothing where it passes by", () => {
    expect(sectionOf(scan.shape, new Matrix4().copy(SCENE).invert().multiply(new Matrix4().makeTranslation(0, 0, 1)))).toBeNull();
  });
});

describe("the probe", () => {
  beforeEach(() => {
    showProbe(null);
    lab.setState({ scan: null });
    showScan(scan);
  });

  it("is taken out through the middle, and the frame makes room", () => {
    showProbe(firstPose());
    const { isOut, pose } = probe.getState();
    expect([isOut, layers.getState().frame]).toEqual([true, false]);
    expect(pose && positionOf(pose).distanceTo(lab.getState().subject!.centre)).toBeCloseTo(0, 9);
    showProbe(null);
    expect(layers.getState().frame).toBe(true);
  });

  it("follows the middle of what is looked at until it is moved", () => {
    showProbe(firstPose());
    lab.setState({ subject: { centre: CENTRE, radius: 1 } });
    expect(positionOf(probe.getState().pose!).toArray()).toEqual(CENTRE.toArray());
    showProbe([1, 2, 3, 0, 0, 0, 1]);
    lab.setState({ subject: { centre: new Vector3(), radius: 1 } });
    expect(probe.getState().pose).toEqual([1, 2, 3, 0, 0, 0, 1]);
    showScan({ ...scan, scan: "b" });
    expect(probe.getState().pose).not.toEqual([1, 2, 3, 0, 0, 0, 1]);
  });

  it("lies as the frames, along the sweep, or level", () => {
    showProbe(firstPose());
    const normals = (["across", "along", "level"] as const).map((lie) => {
      showProbe(laid(lie));
      return new Vector3(0, 0, 1).applyQuaternion(quaternionOf(probe.getState().pose!));
    });
    const axes = [new Vector3(0, 0, 1), new Vector3(1, 0, 0), new Vector3(0, 1, 0)];
    normals.forEach((normal, i) => expect(Math.abs(normal.dot(axes[i]!))).toBeCloseTo(1, 9));
  });
});

describe("window and level", () => {
  it("are two names for the ends, which stay in order and in range", () => {
    showWindow({ level: 100, width: 60 });
    expect(levels.getState()).toEqual({ black: 70, white: 130 });
    expect(windowOf(levels.getState())).toEqual({ level: 100, width: 60 });
    showWindow({ level: 254, width: 2 });
    expect(levels.getState()).toEqual({ black: 253, white: 255 });
    showWindow({ level: 0, width: 0 });
    expect(levels.getState()).toEqual({ black: 0, white: 1 });
    showWindow({ level: 128, width: 255 });
  });
});
