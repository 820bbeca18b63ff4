/** Where a surface meets a plane: the segments of its outline there. */
import { type BufferGeometry, type Plane, Vector3 } from "three";

export type Piece = readonly [Vector3, Vector3];

export function contour({ attributes, index }: BufferGeometry, plane: Plane): Piece[] {
  const position = attributes["position"];
  if (!position || !index) return [];
  const heights = new Float64Array(position.count);
  for (let i = 0; i < position.count; i += 1) {
    heights[i] = plane.distanceToPoint(POINT.fromBufferAttribute(position, i));
  }
  const crossing = (a: number, b: number): Vector3 => {
    const [ha, hb] = [heights[a] ?? 0, heights[b] ?? 0];
    const start = new Vector3().fromBufferAttribute(position, a);
    return start.lerp(POINT.fromBufferAttribute(position, b), ha / (ha - hb));
  };
  const pieces: Piece[] = [];
  for (let t = 0; t < index.count; t += 3) {
    const corners = [index.getX(t), index.getX(t + 1), index.getX(t + 2)];
    const ends = corners.flatMap((a, i) => {
      const b = corners[(i + 1) % 3] ?? a;
      return (heights[a] ?? 0) < 0 !== (heights[b] ?? 0) < 0 ? [crossing(a, b)] : [];
    });
    const [one, other] = ends;
    if (one && other) pieces.push([one, other]);
  }
  return pieces;
}

const POINT = new Vector3();
