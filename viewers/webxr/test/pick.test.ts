/** What a ray and a tip mean, where surfaces are cut, glass, turned and magnified. */
import { BoxGeometry, DoubleSide, Group, Matrix4, Mesh, MeshBasicMaterial, Plane, PlaneGeometry, Ray, SphereGeometry, Vector3 } from "three";
import { beforeEach, describe, expect, it } from "vitest";
import { measuredFrame, specimen } from "../src/renderer";
import { MEASURED, pointAlong, pointNear } from "../src/scene/pick";
import type { ScanOpened } from "../src/protocol.gen";
import { lab } from "../src/state/lab";
import { distanceMm, type Point } from "../src/state/marks";

/** A ball of 2 mm, magnified twenty times, turned and moved: its frame in mm, as the page has it. */
function scene(): { room: Group; mm: Group } {
  const room = new Group();
  room.position.set(0.1, 1.3, -0.5);
  room.rotation.set(0.3, -0.7, 0.2);
  room.scale.setScalar(20);
  const mm = new Group();
  mm.rotation.x = Math.PI;
  mm.scale.setScalar(1e-3);
  room.add(mm);
  room.updateMatrixWorld(true);
  [specimen.current, measuredFrame.current] = [room, mm];
  return { room, mm };
}

function ball(more: object = {}): Mesh {
  const mesh = new Mesh(new SphereGeometry(2e-3, 200, 150), new MeshBasicMaterial(more));
  mesh.userData = MEASURED;
  return mesh;
}

let room: Group;
let mm: Group;

/** Of a ray between two points in mm. */
function ray(from: Point, to: Point): Ray {
  const [start, end] = [from, to].map((point) => mm.localToWorld(new Vector3(...point))) as [Vector3, Vector3];
  return new Ray(start, end.sub(start).normalize());
}

function expectNear(found: Point | null, wanted: Point, most = 0.005): void {
  expect(found).not.toBeNull();
  expect(distanceMm(found ?? [NaN, NaN, NaN], wanted)).toBeLessThan(most);
}

/** Voxels of a tenth of a millimetre, as many around the middle as `across`. */
function scan(across: number): void {
  const to = (-across / 2 + 0.5) * 1e-4;
  const scene_from_index = new Matrix4().makeScale(1e-4, -1e-4, -1e-4).setPosition(to, -to, -to).toArray();
  lab.setState({ scan: { shape: [across, across, across], scene_from_index } as unknown as ScanOpened });
}

beforeEach(() => {
  ({ room, mm } = scene());
  scan(400);
});

describe("a ray", () => {
  it("means where it meets the surface, in mm of the scan's frame", () => {
    room.add(ball());
    expectNear(pointAlong(ray([0, 0, 9], [0, 0, 0])), [0, 0, 2]);
    expectNear(pointAlong(ray([9, 1, 0], [0, 1, 0])), [Math.sqrt(3), 1, 0]);
    expect(pointAlong(ray([9, 2.1, 0], [0, 2.1, 0]))).toBeNull();
  });

  it("goes past what is cut away, hidden, or not to be measured on", () => {
    const plane = new Plane().setFromNormalAndCoplanarPoint(new Vector3(0, 0, 1), mm.localToWorld(new Vector3(0, 0, 0)));
    const inWorld = ray([0, 0, 0], [0, 0, 1]).direction;
    plane.setFromNormalAndCoplanarPoint(inWorld.negate(), mm.localToWorld(new Vector3()));
    const cut = ball({ clippingPlanes: [plane], side: DoubleSide });
    const hidden = ball();
    hidden.visible = false;
    const other = new Mesh(new BoxGeometry(0.01, 0.01, 0.01), new MeshBasicMaterial());
    room.add(cut, hidden, other);
    expectNear(pointAlong(ray([0, 0, 9], [0, 0, 0])), [0, 0, -2]);
  });

  it("means what is solid behind glass, and the glass where there is nothing else", () => {
    const frame = new Mesh(new PlaneGeometry(3e-3, 3e-3), new MeshBasicMaterial({ side: DoubleSide, transparent: true }));
    frame.userData = MEASURED;
    room.add(ball({ transparent: true, depthWrite: false }), frame);
    expectNear(pointAlong(ray([1, 1, 9], [1, 1, 0])), [1, 1, 0]);
    expectNear(pointAlong(ray([0, 1.8, 9], [0, 1.8, 0])), [0, 1.8, Math.sqrt(4 - 1.8 ** 2)]);
  });

  it("does not meet a plane beyond the scan's voxels", () => {
    const plane = new Mesh(new PlaneGeometry(4e-3, 4e-3), new MeshBasicMaterial({ side: DoubleSide }));
    plane.userData = MEASURED;
    room.add(plane);
    scan(20);
    expectNear(pointAlong(ray([0.9, 0.9, 9], [0.9, 0.9, 0])), [0.9, 0.9, 0]);
    expect(pointAlong(ray([1.2, 0.9, 9], [1.2, 0.9, 0]))).toBeNull();
  });

  it("does not meet a surface from within, where that side is not drawn", () => {
    room.add(ball());
    expect(pointAlong(ray([0, 0, 0], [0, 0, 1]))).toBeNull();
  });
});

describe("a tip", () => {
  it("means the nearest point in reach, however large it is shown", () => {
    room.add(ball());
    const tip = mm.localToWorld(new Vector3(0, 2.2, 0)); // 4 mm of the room from it
    expectNear(pointNear(tip, 0.005), [0, 2, 0]);
    expect(pointNear(tip, 0.003)).toBeNull();
    expectNear(pointNear(mm.localToWorld(new Vector3(0, 0, 1.9)), 0.01), [0, 0, 2]);
  });

  it("means the nearest point of a frame whose pixels are not square", () => {
    const frame = new Mesh(new PlaneGeometry(40, 40), new MeshBasicMaterial({ side: DoubleSide }));
    frame.userData = MEASURED;
    frame.scale.set(5e-5, 1e-4, 1e-4);
    frame.rotation.z = 0.5;
    room.add(frame);
    expectNear(pointNear(mm.localToWorld(new Vector3(0.3, -0.4, 0.2)), 0.01), [0.3, -0.4, 0], 1e-6);
  });
});
