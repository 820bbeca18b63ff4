/** What a hand can draw besides the tumour, once it is there, for `window.parasam` to say where. */
import type { Object3D } from "three";

export type Reachable = "knob" | "slider" | "transducer";
export const reach: Record<Reachable, Object3D | null> = { knob: null, slider: null, transducer: null };
