/** The tree finds what looking at every triangle finds. */
import { BoxGeometry, type BufferGeometry, Mesh, MeshBasicMaterial, Ray, Raycaster, SphereGeometry, TorusKnotGeometry, Vector3 } from "three";
import { describe, expect, it } from "vitest";
import { TriangleTree } from "../src/scene/triangleTree";

const ALL = () => true;
const OUTSIDE = ({ facing }: { facing: number }) => facing < 0;

/** Between −1 and 1, the same on every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

const SHAPES: [string, BufferGeometry][] = [
  ["a box", new BoxGeometry(1, 2, 3)],
  ["a ball", new SphereGeometry(1.3, 40, 30)],
  ["a knot", new TorusKnotGeometry(1, 0.3, 200, 16)],
  ["a knot without index", new TorusKnotGeometry(1, 0.3, 60, 8).toNonIndexed()],
];

describe.each(SHAPES)("in %s", (_, geometry) => {
  const tree = new TriangleTree(geometry);
  const mesh = new Mesh(geometry, new MeshBasicMaterial());

  it("rays meet the triangles that three.js says", () => {
    const value = random(7);
    let met = 0;
    for (let i = 0; i < 300; i += 1) {
      const origin = new Vector3(value(), value(), value()).multiplyScalar(4);
      const direction = new Vector3(value(), value(), value()).sub(origin.clone().multiplyScalar(0.4)).normalize();
      const expected = new Raycaster(origin, direction).intersectObject(mesh)[0];
      const found = tree.along(new Ray(origin, direction), OUTSIDE);
      expect(found === null).toBe(expected === undefined);
      if (!found || !expected) continue;
      met += 1;
      expect(found.distance).toBeCloseTo(expected.distance, 6);
      expect(found.point.distanceTo(expected.point)).toBeLessThan(1e-6);
    }
    expect(met).toBeGreaterThan(50);
  });

  it("no point of any triangle is nearer than the nearest", () => {
    const value = random(3);
    const position = geometry.attributes["position"];
    for (let i = 0; i < 60; i += 1) {
      const to = new Vector3(value(), value(), value()).multiplyScalar(2);
      const found = tree.nearest(to, Infinity, ALL);
      const corners = Array.from({ length: position?.count ?? 0 }, (_unused, k) =>
        new Vector3().fromBufferAttribute(position as never, k).distanceTo(to),
      );
      expect(found?.distance).toBeLessThanOrEqual(Math.min(...corners) + 1e-9);
      expect(found?.point.distanceTo(to)).toBeCloseTo(found?.distance ?? NaN, 9);
    }
  });
});

it("the nearest of a ball is along its radius, and nothing is near where none is in reach", () => {
  const tree = new TriangleTree(new SphereGeometry(1, 200, 150));
  const to = new Vector3(1, 2, -2).normalize().multiplyScalar(1.5);
  const found = tree.nearest(to, 1, ALL);
  expect(found?.point.distanceTo(to.clone().normalize())).toBeLessThan(0.01);
  expect(tree.nearest(to, 0.4, ALL)).toBeNull();
});

it("what is not accepted is passed: the ray goes on to the next", () => {
  const tree = new TriangleTree(new SphereGeometry(1, 40, 30));
  const ray = new Ray(new Vector3(0.01, 0.02, 5), new Vector3(0, 0, -1));
  expect(tree.along(ray, ALL)?.distance).toBeCloseTo(4, 2);
  expect(tree.along(ray, ({ point }) => point.z < 0)?.distance).toBeCloseTo(6, 2);
  expect(tree.along(ray, () => false)).toBeNull();
});

it("a ray looks at few of many triangles", () => {
  const geometry = new SphereGeometry(1, 400, 300);
  const [tree, mesh] = [new TriangleTree(geometry), new Mesh(geometry, new MeshBasicMaterial())];
  const ray = new Ray(new Vector3(0.3, 0.2, 5), new Vector3(0, 0, -1));
  const raycaster = new Raycaster(ray.origin, ray.direction);
  const timeOf = (ask: () => unknown) => {
    const began = performance.now();
    for (let i = 0; i < 10; i += 1) ask();
    return performance.now() - began;
  };
  const everyTriangle = timeOf(() => raycaster.intersectObject(mesh));
  expect(timeOf(() => tree.along(ray, OUTSIDE))).toBeLessThan(everyTriangle / 20);
});
