/** What the tumour can stand on: flat, level, bounded; in metres of the room. */
import { Vector3 } from "three";

export interface Surface {
  /** The plinth, or a table of this room. */
  kind: "plinth" | "table";
  y: number;
  /** Its corners (x, z), in order. */
  corners: readonly (readonly [x: number, z: number])[];
}

/** Let go with its lowest point as near as that above or below, it is put there. */
export const SNAP_M = 0.08;
/** Between these, above the floor, a level plane is a table or a desk. */
const TABLE_M = { lowest: 0.3, highest: 1.3 };

export function isTableHeight(aboveFloorM: number): boolean {
  return aboveFloorM >= TABLE_M.lowest && aboveFloorM <= TABLE_M.highest;
}

/** The surface that a thing whose lowest point is at `foot` would be put onto; the nearest of several. */
export function surfaceUnder(foot: Vector3, surfaces: readonly Surface[]): Surface | null {
  const near = surfaces.filter((s) => Math.abs(foot.y - s.y) <= SNAP_M && isWithin(foot.x, foot.z, s.corners));
  near.sort((a, b) => Math.abs(foot.y - a.y) - Math.abs(foot.y - b.y));
  return near[0] ?? null;
}

/** By how many edges a line to the right crosses. */
function isWithin(x: number, z: number, corners: Surface["corners"]): boolean {
  let within = false;
  corners.forEach(([x1, z1], i) => {
    const [x2, z2] = corners[(i + 1) % corners.length] ?? [x1, z1];
    if (z1 > z !== z2 > z && x < x1 + ((z - z1) / (z2 - z1)) * (x2 - x1)) within = !within;
  });
  return within;
}

export function disc(x: number, z: number, radius: number, count = 24): Surface["corners"] {
  return Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count;
    return [x + radius * Math.cos(angle), z + radius * Math.sin(angle)] as const;
  });
}
