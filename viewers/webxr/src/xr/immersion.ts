/** What only a headset shows, in one chunk. */
export { HeldProbe } from "./HeldProbe";
export { Immersed } from "./Immersed";
