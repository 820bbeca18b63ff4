/** A bar of a round length at the tumour's distance, once there is anything that it measures. */
import { useStore } from "zustand";
import { roundLengthMm } from "../scene/framing";
import { isAnythingDrawn } from "../state/lab";
import { useLab } from "../useLab";
import { scale } from "./scale";

const LONGEST_PX = 150;

export function ScaleBar() {
  const pixelsPerMm = useStore(scale, (s) => s.pixelsPerMm);
  const hasAnything = useLab(isAnythingDrawn);
  if (!hasAnything || !(pixelsPerMm > 0)) return null;
  const mm = roundLengthMm(LONGEST_PX / pixelsPerMm);
  return (
    <div className="scalebar" role="img" aria-label={`Scale bar: ${mm} mm`}>
      <i style={{ width: `${mm * pixelsPerMm}px` }} />
      <span>{mm} mm</span>
    </div>
  );
}
