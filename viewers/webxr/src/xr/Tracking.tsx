/** Says when the headset does not know where it is; what is shown stays where it was. */
import { useFrame } from "@react-three/fiber";
import { useXR } from "@react-three/xr";
import { useEffect, useRef } from "react";
import { keepSaying, withdraw } from "../state/notice";
import { headIn } from "./head";

const LOST = "The headset does not know where it is. Look around in good light; all stays where it was.";
/** A frame or two without a pose are usual when a session begins. */
const PATIENCE_S = 0.4;

export function Tracking() {
  const space = useXR((xr) => xr.originReferenceSpace);
  const lostS = useRef(0);
  useEffect(() => () => withdraw(LOST), []);
  useFrame((_state, seconds, frame: XRFrame | undefined) => {
    const before = lostS.current;
    lostS.current = headIn(frame, space) ? 0 : before + seconds;
    if (before <= PATIENCE_S && lostS.current > PATIENCE_S) keepSaying(LOST);
    if (before > PATIENCE_S && lostS.current === 0) withdraw(LOST);
  });
  return null;
}
