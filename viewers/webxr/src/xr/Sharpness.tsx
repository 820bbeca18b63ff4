/** Draws the whole picture sharp while the frame is looked at closely. */
import { useFrame } from "@react-three/fiber";
import { useXR } from "@react-three/xr";
import { type RefObject, useRef } from "react";
import { type Group, Vector3 } from "three";
import { SLICE_NAME } from "../scene/SlicePlane";
import { budget } from "../state/budget";
import { COARSE, foveationFor } from "./foveation";
import { headIn } from "./head";

const middle = new Vector3();

export function Sharpness({ tumour }: { tumour: RefObject<Group | null> }) {
  const space = useXR((xr) => xr.originReferenceSpace);
  const now = useRef(COARSE);
  useFrame(({ gl }, _seconds, frame: XRFrame | undefined) => {
    const head = headIn(frame, space);
    if (!head || !tumour.current) return;
    const isFrameShown = tumour.current.getObjectByName(SLICE_NAME) !== undefined;
    middle.setFromMatrixPosition(tumour.current.matrixWorld);
    const wanted = isFrameShown ? foveationFor(head, middle, now.current) : COARSE;
    if (wanted === budget.getState().foveation) return;
    now.current = wanted;
    gl.xr.setFoveation(wanted);
    budget.setState({ foveation: wanted });
  });
  return null;
}
