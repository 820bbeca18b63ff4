/** The page's one renderer, the tumour's group and the scan's 3D texture, once they are there. */
import type { Group, WebGLRenderer } from "three";
import type { VolumeTexture } from "./scene/volumeTexture";

export const renderer: { current: WebGLRenderer | null } = { current: null };
/** The group whose coordinates are mm of the scan's frame. */
export const measuredFrame: { current: Group | null } = { current: null };
export const specimen: { current: Group | null } = { current: null };
export const volume: { current: VolumeTexture | null } = { current: null };
