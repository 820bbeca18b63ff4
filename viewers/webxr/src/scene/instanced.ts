/** A square that is drawn once for each of many things. */
import { Color, InstancedBufferAttribute, InstancedBufferGeometry, Float32BufferAttribute } from "three";

/** Corners from (−1, −1) to (1, 1), and `count` things with what is said of each. */
export function squares(count: number, said: Record<string, { size: number; values: number[] }>): InstancedBufferGeometry {
  const geometry = new InstancedBufferGeometry();
  geometry.setAttribute("position", new Float32BufferAttribute([-1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 1, 0], 3));
  geometry.setIndex([0, 1, 2, 0, 2, 3]);
  geometry.instanceCount = count;
  for (const [name, { size, values }] of Object.entries(said)) {
    geometry.setAttribute(name, new InstancedBufferAttribute(new Float32Array(values), size));
  }
  return geometry;
}

export function rgb(colour: string): number[] {
  return new Color(colour).toArray();
}
