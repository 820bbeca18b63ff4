/** The way of a stone that a hand throws: where one goes to. */
import { Vector3 } from "three";

const SPEED_M_S = 6;
const GRAVITY_M_S2 = 9.81;
const STEP_S = 0.04;
const MOST_STEPS = 50;
/** From the feet: farther than that nothing is to be seen. */
export const FARTHEST_M = 5;

export interface Arc {
  points: Vector3[];
  /** On the floor; null where it does not come down near enough. */
  landing: Vector3 | null;
}

/** Thrown from `from` along the unit vector `along`, until it is on the floor. */
export function thrown(from: Vector3, along: Vector3, floorY: number): Arc {
  const points = [from.clone()];
  const velocity = along.clone().multiplyScalar(SPEED_M_S);
  for (let i = 0; i < MOST_STEPS; i += 1) {
    const before = points.at(-1) ?? from;
    const next = before.clone().addScaledVector(velocity, STEP_S);
    velocity.y -= GRAVITY_M_S2 * STEP_S;
    if (next.y > floorY) {
      points.push(next);
      continue;
    }
    const landing = before.clone().lerp(next, (before.y - floorY) / (before.y - next.y));
    points.push(landing);
    return { points, landing: isNear(landing, from) ? landing : null };
  }
  return { points, landing: null };
}

/** Where a straight ray meets the floor; null where it does not, or too far away. */
export function pointed(from: Vector3, along: Vector3, floorY: number): Vector3 | null {
  if (along.y >= -1e-3 || from.y <= floorY) return null;
  const landing = from.clone().addScaledVector(along, (floorY - from.y) / along.y);
  return isNear(landing, from) ? landing : null;
}

function isNear(landing: Vector3, from: Vector3): boolean {
  return Math.hypot(landing.x - from.x, landing.z - from.z) <= FARTHEST_M;
}
