import { BufferAttribute, BufferGeometry } from "three";

/** A rectangle over the pixels' outer edges; the first row of pixels is at v = 0. */
export function frameGeometry(width: number, height: number): BufferGeometry {
  const [right, bottom] = [width - 0.5, height - 0.5];
  const corners = [-0.5, -0.5, 0, right, -0.5, 0, right, bottom, 0, -0.5, bottom, 0];
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(corners), 3));
  geometry.setAttribute("uv", new BufferAttribute(new Float32Array([0, 0, 1, 0, 1, 1, 0, 1]), 2));
  geometry.setIndex([0, 1, 2, 0, 2, 3]);
  return geometry;
}
