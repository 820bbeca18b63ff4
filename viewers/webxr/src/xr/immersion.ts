/** What only a headset shows, in one chunk. */
export { HeldThings } from "./HeldThings";
export { Immersed } from "./Immersed";
