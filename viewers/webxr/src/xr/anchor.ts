/**
 * Holds the stand, and with it the tumour, to a place in the real room: where the headset recentres,
 * the anchor says how far, and the stand goes with it. Without anchors nothing holds.
 */
import { Matrix4, Vector3 } from "three";
import { inRoom, placeOf } from "./origin";
import { putStand, stand } from "./stand";

const MOVED_M = 1e-4;
const UPRIGHT = { x: 0, y: 0, z: 0, w: 1 };

export class Anchorage {
  #anchor: XRAnchor | null = null;
  #was: Matrix4 | null = null;
  /** Which wish to hold is the latest. */
  #wish = 0;

  get isHeld(): boolean {
    return this.#anchor !== null;
  }

  /** Hold to the room at this point of the headset's space. */
  async hold(frame: XRFrame, space: XRReferenceSpace, at: Vector3): Promise<void> {
    this.letGo();
    const wish = this.#wish;
    const anchor = await frame.createAnchor?.(new XRRigidTransform(at, UPRIGHT), space)?.catch(() => undefined);
    if (!anchor) return;
    if (wish === this.#wish) this.#anchor = anchor;
    else anchor.delete();
  }

  letGo(): void {
    this.#wish += 1;
    this.#anchor?.delete();
    this.#anchor = this.#was = null;
  }

  /** Once a frame: put the stand where the anchor has it. */
  follow(frame: XRFrame, space: XRReferenceSpace): void {
    const pose = this.#anchor && frame.getPose(this.#anchor.anchorSpace, space);
    if (!pose) return;
    const is = inRoom(pose.transform, new Matrix4());
    if (this.#was === null) this.#was = is;
    const moved = is.clone().multiply(this.#was.clone().invert());
    if (isStill(moved)) return;
    this.#was = is;
    putStand(placeOf(moved.multiply(stand)));
  }
}

function isStill(matrix: Matrix4): boolean {
  const still = new Matrix4();
  return matrix.elements.every((value, i) => Math.abs(value - (still.elements[i] ?? 0)) < MOVED_M);
}
