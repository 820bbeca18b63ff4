import { Matrix4, Quaternion, Vector3 } from "three";
import { describe, expect, it } from "vitest";
import { distanceToFit, pixelsPerMm, roundLengthMm } from "../src/scene/framing";
import { frameGeometry } from "../src/scene/frameGeometry";
import type { TumourPose } from "../src/state/pose";
import { firstPose, magnificationFor, panelPlace, standPlace } from "../src/xr/placement";

describe("a frame", () => {
  it("spans the pixels' outer edges, its first row where the texture's is", () => {
    const geometry = frameGeometry(120, 96);
    geometry.computeBoundingBox();
    expect(geometry.boundingBox?.min.toArray()).toEqual([-0.5, -0.5, 0]);
    expect(geometry.boundingBox?.max.toArray()).toEqual([119.5, 95.5, 0]);
    const at = geometry.getAttribute("position");
    const uv = geometry.getAttribute("uv");
    for (let i = 0; i < 4; i += 1) {
      expect(uv.getX(i)).toBe((at.getX(i) + 0.5) / 120);
      expect(uv.getY(i)).toBe((at.getY(i) + 0.5) / 96);
    }
  });
});

describe("framing", () => {
  it.each([0.5, 1, 1.6, 3])("lets a ball fill most of the shorter side at aspect %s", (aspect) => {
    const radius = 0.007;
    const apart = distanceToFit(radius, aspect, 30);
    const seen = Math.tan(Math.asin(radius / apart));
    const half = Math.tan((15 * Math.PI) / 180) * Math.min(1, aspect);
    expect(seen / half).toBeCloseTo(0.78, 6);
  });

  it("measures a millimetre on the screen", () => {
    const distance = 0.1;
    const visibleMm = 2 * 100 * Math.tan((15 * Math.PI) / 180);
    expect(pixelsPerMm(distance, 800, 30)).toBeCloseTo(800 / visibleMm, 6);
  });

  it.each([[0.9, 0.5], [1, 1], [4.9, 2], [7, 5], [23, 20], [0.024, 0.02]])("rounds %s mm to %s mm", (most, round) => {
    expect(roundLengthMm(most)).toBeCloseTo(round, 9);
  });
});

describe("in the headset", () => {
  const head = new Vector3(0.3, 1.7, -2);
  const ahead = new Vector3(0, 0, -1);

  it.each([0, 1, 2.5, -2])("the tumour floats half a metre ahead and below the eyes, turned %s", (turn) => {
    const nod = new Quaternion().setFromAxisAngle(new Vector3(1, 0, 0), -0.4);
    const facing = new Quaternion().setFromAxisAngle(new Vector3(0, 1, 0), turn).multiply(nod);
    const { position } = standPlace(head, facing, 0, firstPose(0.01));
    const offset = position.clone().sub(head);
    expect(Math.hypot(offset.x, offset.z)).toBeCloseTo(0.5, 6);
    expect(offset.y).toBeCloseTo(-0.25, 6);
    expect(offset.setY(0).normalize().dot(ahead.clone().applyQuaternion(facing).setY(0).normalize())).toBeCloseTo(1, 6);
  });

  it.each([["right", 1], ["left", -1]] as const)("the board looks at the head, from its %s", (side, sign) => {
    const { position, quaternion } = panelPlace(head, new Quaternion(), side);
    const face = new Vector3(0, 0, 1).applyQuaternion(quaternion);
    expect(face.dot(head.clone().sub(position).normalize())).toBeCloseTo(1, 6);
    expect(sign * (position.x - head.x)).toBeGreaterThan(0.2);
  });

  it("a head that looks straight down still gets an upright tumour", () => {
    const down = new Quaternion().setFromAxisAngle(new Vector3(1, 0, 0), -Math.PI / 2);
    const { quaternion } = standPlace(head, down, 0, firstPose(0.01));
    const up = new Vector3(0, 1, 0).transformDirection(new Matrix4().makeRotationFromQuaternion(quaternion));
    expect(up.y).toBeCloseTo(1, 6);
  });

  it("a tumour that others hold aside of the stand comes before the eyes all the same, at every seat", () => {
    const aside: TumourPose = [0.4, -0.1, 0.7, 0, 0, 0, 1, 10];
    const headings = [0, 1, 2, 3, 4, 5, 6].map((seat) => {
      const { position, quaternion } = standPlace(head, new Quaternion(), seat, aside);
      const tumour = new Vector3(0.4, -0.1, 0.7).applyQuaternion(quaternion).add(position).sub(head);
      expect([tumour.x, tumour.y, tumour.z].map((v) => v.toFixed(6))).toEqual(["0.000000", "-0.250000", "-0.500000"].map((v) => Number(v).toFixed(6)));
      return Math.round((2 * Math.atan2(quaternion.y, quaternion.w) * 180) / Math.PI);
    });
    expect(headings.map((degrees) => (degrees + 360) % 360)).toEqual([0, 60, 300, 120, 240, 180, 0]);
  });

  it.each([[0.0065, 10], [0.0041, 20], [0.0015, 50], [0.03, 2], [0.5, 1]])("a ball of %s m is held ×%s", (radius, times) => {
    expect(magnificationFor(radius)).toBe(times);
  });
});
