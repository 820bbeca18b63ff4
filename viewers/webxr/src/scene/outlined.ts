/** Whether a plane through the 3D texture shows the mask's outline. */
import { volume } from "../renderer";
import { lab } from "../state/lab";
import { layers } from "../state/layers";

/** Once all of the mask is in the texture: the outline of a part would look like a mask. */
export function isOutlineDrawn(): boolean {
  const isMasked = (lab.getState().scan?.label ?? null) !== null;
  return layers.getState().outline && isMasked && volume.current?.isComplete === true;
}
