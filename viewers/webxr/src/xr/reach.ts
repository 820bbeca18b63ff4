/** What a hand can draw or press besides the tumour, while it is there, for `window.parasam` to say where. */
import type { Object3D } from "three";

/** "knob", "slider", and buttons by their words. */
export const reach: Record<string, Object3D | null> = {};
