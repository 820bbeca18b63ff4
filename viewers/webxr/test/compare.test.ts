/** Two masks compared: colours of distances, and the outline of a surface on a plane. */
import { BoxGeometry, Plane, SphereGeometry, Vector3 } from "three";
import { describe, expect, it } from "vitest";
import { contour } from "../src/scene/contour";
import { colourOfDistance, cssOfDistance, rangeMm } from "../src/state/distances";

const brightness = ([r, g, b]: [number, number, number]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

describe("colours of distances", () => {
  it("are blue within, white on it, orange outside, and end there", () => {
    expect([-1, 0, 1].map(cssOfDistance)).toEqual(["rgb(8, 81, 156)", "rgb(247, 247, 247)", "rgb(166, 54, 3)"]);
    expect(colourOfDistance(-7)).toEqual(colourOfDistance(-1));
    expect(colourOfDistance(7)).toEqual(colourOfDistance(1));
  });

  it("grow darker with distance on both sides", () => {
    for (const side of [-1, 1]) {
      const values = [0, 0.25, 0.5, 0.75, 1].map((part) => brightness(colourOfDistance(side * part)));
      expect(values).toEqual([...values].sort((a, b) => b - a));
    }
  });

  it("are told apart where red and green are not", () => {
    for (const part of [0.25, 0.5, 1]) {
      const [within, outside] = [colourOfDistance(-part), colourOfDistance(part)];
      expect(within[2] - outside[2]).toBeGreaterThan(0.1); // by blue alone
    }
  });

  it("reach to a round distance that nearly all are within", () => {
    const near = Array.from({ length: 200 }, (_, i) => (i % 2 ? 0.27 : -0.1));
    expect(rangeMm([...near, 9])).toBeCloseTo(0.3, 9);
    expect(rangeMm([0.02, -0.05])).toBeCloseTo(0.05, 9);
    expect(rangeMm([1.2])).toBe(1.5);
    expect(rangeMm([0, 0])).toBeCloseTo(0.001, 9);
  });
});

describe("an outline", () => {
  it("of a ball is a circle, closed", () => {
    const plane = new Plane(new Vector3(0, 0, 1), -0.6);
    const pieces = contour(new SphereGeometry(1, 64, 48), plane);
    for (const [from, to] of pieces) {
      for (const point of [from, to]) {
        expect(point.z).toBeCloseTo(0.6, 6);
        expect(Math.hypot(point.x, point.y)).toBeCloseTo(0.8, 2);
      }
    }
    const length = pieces.reduce((sum, [from, to]) => sum + from.distanceTo(to), 0);
    expect(length).toBeCloseTo(2 * Math.PI * 0.8, 1);
  });

  it("is nothing where the plane passes by", () => {
    expect(contour(new BoxGeometry(1, 1, 1), new Plane(new Vector3(1, 0, 0), -0.6))).toEqual([]);
  });
});
