/** The plinth of VR, under the place where the tumour is brought to; null before there is one. */
import type { Vector3 } from "three";
import { createStore } from "zustand/vanilla";
import { floor } from "./floorHeight";
import { disc, type Surface } from "./surfaces";

export const PLINTH_RADIUS_M = 0.1;
const GAP_M = 0.02;
const LOWEST_M = 0.3;

export interface Plinth {
  x: number;
  z: number;
  /** Where its top and its foot are. */
  top: number;
  foot: number;
}

export const plinth = createStore<{ is: Plinth | null }>(() => ({ is: null }));

/** Under a ball that floats there, so that it does not touch it. */
export function putPlinthUnder({ x, y, z }: Vector3, radius: number): void {
  const top = Math.max(y - radius - GAP_M, floor.y + LOWEST_M);
  plinth.setState({ is: { x, z, top, foot: floor.y } });
}

export function surfaceOf({ x, z, top }: Plinth): Surface {
  return { kind: "plinth", y: top, corners: disc(x, z, PLINTH_RADIUS_M) };
}
