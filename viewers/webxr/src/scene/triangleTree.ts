/**
 * The triangles of a surface in a tree of boxes, so that where a ray meets it and which of its points
 * is nearest is found among hundreds of thousands within the time of a frame.
 */
import { type BufferGeometry, Matrix4, type Ray, Triangle, Vector3 } from "three";

const IN_A_LEAF = 8;
const BOX = 6;

/** A point of a surface. */
export interface SurfacePoint {
  point: Vector3;
  /** Along the ray, in units of its direction, or from the point that was asked for. */
  distance: number;
  /** The cosine of the angle between the ray and the way out: below zero where it meets the outside. */
  facing: number;
}

export type Accepts = (found: SurfacePoint) => boolean;

interface Node {
  /** Its first triangle in `#order`, and how many; inner nodes hold those of both halves. */
  first: number;
  count: number;
  /** minX, minY, minZ, maxX, maxY, maxZ. */
  box: Float64Array;
  halves: [Node, Node] | null;
}

export class TriangleTree {
  readonly #corners: Float64Array;
  readonly #order: Uint32Array;
  readonly #root: Node;

  /** @param placed where the geometry lies in the coordinates that are asked in. */
  constructor(geometry: BufferGeometry, placed = new Matrix4()) {
    this.#corners = cornersOf(geometry, placed);
    const count = this.#corners.length / 9;
    this.#order = new Uint32Array(count).map((_, i) => i);
    this.#root = this.#grown(0, count, this.#centres());
  }

  /** Where a ray first meets a triangle that is accepted. */
  along({ origin, direction }: Ray, accepts: Accepts): SurfacePoint | null {
    let best: SurfacePoint | null = null;
    this.#visit(
      (box) => distanceAlong(box, origin, direction),
      (triangle) => {
        const found = this.#met(triangle, origin, direction);
        if (found !== null && found.distance < (best?.distance ?? Infinity) && accepts(found)) best = found;
        return best?.distance ?? Infinity;
      },
      Infinity,
    );
    return best;
  }

  /** The nearest point that is accepted and at most so far away. */
  nearest(to: Vector3, most: number, accepts: Accepts): SurfacePoint | null {
    let best: SurfacePoint | null = null;
    this.#visit(
      (box) => distanceTo(box, to),
      (triangle) => {
        const nearer = best?.distance ?? most;
        const found = this.#closest(triangle, to, nearer);
        if (found !== null && accepts(found)) best = found;
        return best?.distance ?? most;
      },
      most,
    );
    return best;
  }

  /** Every triangle of the boxes that are nearer than the best so far, the nearer box first. */
  #visit(far: (box: Float64Array) => number, look: (triangle: number) => number, most: number): void {
    let best = most;
    const waiting = [this.#root];
    const distances = [far(this.#root.box)];
    for (let node = waiting.pop(); node; node = waiting.pop()) {
      if ((distances.pop() ?? 0) >= best) continue;
      if (node.halves === null) {
        for (let i = node.first; i < node.first + node.count; i += 1) best = look(this.#order[i] ?? 0);
        continue;
      }
      const [one, other] = node.halves;
      const [near, away] = [far(one.box), far(other.box)];
      if (near < away) {
        waiting.push(other, one);
        distances.push(away, near);
      } else {
        waiting.push(one, other);
        distances.push(near, away);
      }
    }
  }

  #grown(first: number, count: number, centres: Float64Array): Node {
    const box = this.#boxOf(first, count);
    if (count <= IN_A_LEAF) return { first, count, box, halves: null };
    const half = count >> 1;
    this.#split(first, count, half, centres, longestAxis(box));
    return {
      first,
      count,
      box,
      halves: [this.#grown(first, half, centres), this.#grown(first + half, count - half, centres)],
    };
  }

  /** Puts the `half` triangles that lie lowest along an axis before the others (quickselect). */
  #split(first: number, count: number, half: number, centres: Float64Array, axis: number): void {
    const order = this.#order;
    const at = (i: number) => centres[(order[i] ?? 0) * 3 + axis] ?? 0;
    let [low, high] = [first, first + count - 1];
    const wanted = first + half;
    while (low < high) {
      const pivot = at((low + high) >> 1);
      let [i, j] = [low, high];
      while (i <= j) {
        while (at(i) < pivot) i += 1;
        while (at(j) > pivot) j -= 1;
        if (i > j) break;
        const held = order[i] ?? 0;
        order[i] = order[j] ?? 0;
        order[j] = held;
        i += 1;
        j -= 1;
      }
      if (wanted <= j) high = j;
      else if (wanted >= i) low = i;
      else return;
    }
  }

  #boxOf(first: number, count: number): Float64Array {
    const box = new Float64Array([Infinity, Infinity, Infinity, -Infinity, -Infinity, -Infinity]);
    for (let i = first; i < first + count; i += 1) {
      const start = (this.#order[i] ?? 0) * 9;
      for (let k = 0; k < 9; k += 1) {
        const value = this.#corners[start + k] ?? 0;
        const axis = k % 3;
        if (value < (box[axis] ?? 0)) box[axis] = value;
        if (value > (box[axis + 3] ?? 0)) box[axis + 3] = value;
      }
    }
    return box;
  }

  #centres(): Float64Array {
    const corners = this.#corners;
    return new Float64Array(corners.length / 3).map((_, i) => {
      const start = Math.floor(i / 3) * 9 + (i % 3);
      return (corners[start] ?? 0) + (corners[start + 3] ?? 0) + (corners[start + 6] ?? 0);
    });
  }

  /** Where a line meets a triangle (Möller & Trumbore 1997), before the origin or not. */
  #met(triangle: number, origin: Vector3, direction: Vector3): SurfacePoint | null {
    const { a, b, c } = this.#triangle(triangle);
    const [one, other] = [EDGE_1.subVectors(b, a), EDGE_2.subVectors(c, a)];
    const across = ACROSS.crossVectors(direction, other);
    const volume = one.dot(across);
    if (volume === 0) return null;
    const from = FROM.subVectors(origin, a);
    const u = from.dot(across) / volume;
    if (u < 0 || u > 1) return null;
    const turned = TURNED.crossVectors(from, one);
    const v = direction.dot(turned) / volume;
    if (v < 0 || u + v > 1) return null;
    const distance = other.dot(turned) / volume;
    if (distance < 0) return null;
    const facing = NORMAL.crossVectors(one, other).normalize().dot(direction);
    return { point: origin.clone().addScaledVector(direction, distance), distance, facing };
  }

  #closest(triangle: number, to: Vector3, nearer: number): SurfacePoint | null {
    const distance = this.#triangle(triangle).closestPointToPoint(to, CLOSEST).distanceTo(to);
    return distance < nearer ? { point: CLOSEST.clone(), distance, facing: -1 } : null;
  }

  #triangle(triangle: number): Triangle {
    const start = triangle * 9;
    const { a, b, c } = TRIANGLE;
    a.fromArray(this.#corners, start);
    b.fromArray(this.#corners, start + 3);
    c.fromArray(this.#corners, start + 6);
    return TRIANGLE;
  }
}

const CORNER = new Vector3();
const TRIANGLE = new Triangle();
const [EDGE_1, EDGE_2, ACROSS, FROM, TURNED, NORMAL, CLOSEST] = Array.from({ length: 7 }, () => new Vector3()) as [
  Vector3, Vector3, Vector3, Vector3, Vector3, Vector3, Vector3,
];

/** Nine numbers a triangle: x, y, z of its corners. */
function cornersOf({ attributes, index }: BufferGeometry, placed: Matrix4): Float64Array {
  const position = attributes["position"];
  if (!position) throw new Error("expected a geometry with positions, got none");
  const count = index?.count ?? position.count;
  const corners = new Float64Array(count * 3);
  for (let i = 0; i < count; i += 1) {
    const k = index ? index.getX(i) : i;
    CORNER.set(position.getX(k), position.getY(k), position.getZ(k)).applyMatrix4(placed).toArray(corners, i * 3);
  }
  return corners;
}

function longestAxis(box: Float64Array): number {
  const size = (axis: number) => (box[axis + BOX / 2] ?? 0) - (box[axis] ?? 0);
  return [0, 1, 2].reduce((longest, axis) => (size(axis) > size(longest) ? axis : longest));
}

/** Where a ray enters a box; 0 within, infinite where it misses. */
function distanceAlong(box: Float64Array, { x, y, z }: Vector3, { x: dx, y: dy, z: dz }: Vector3): number {
  let [enter, leave] = [0, Infinity];
  for (let axis = 0; axis < 3; axis += 1) {
    const [at, way] = axis === 0 ? [x, dx] : axis === 1 ? [y, dy] : [z, dz];
    const [low, high] = [box[axis] ?? 0, box[axis + 3] ?? 0];
    if (way === 0) {
      if (at < low || at > high) return Infinity;
      continue;
    }
    const [one, other] = [(low - at) / way, (high - at) / way];
    enter = Math.max(enter, Math.min(one, other));
    leave = Math.min(leave, Math.max(one, other));
  }
  return enter <= leave ? enter : Infinity;
}

function distanceTo(box: Float64Array, { x, y, z }: Vector3): number {
  const beyond = (at: number, axis: number) => Math.max((box[axis] ?? 0) - at, 0, at - (box[axis + 3] ?? 0));
  return Math.hypot(beyond(x, 0), beyond(y, 1), beyond(z, 2));
}
