/** The page's one renderer and the tumour's group, once they are there. */
import type { Group, WebGLRenderer } from "three";

export const renderer: { current: WebGLRenderer | null } = { current: null };
export const specimen: { current: Group | null } = { current: null };
