/** Puts the tumour and the panel before the head once it is known, and back when the session ends. */
import { useFrame } from "@react-three/fiber";
import { useXR } from "@react-three/xr";
import { type RefObject, useEffect, useRef } from "react";
import { type Group, Quaternion, Vector3 } from "three";
import { lab } from "../state/lab";
import { held } from "./held";
import { magnificationFor, panelPlace, put, tumourPlace } from "./placement";

interface Placed {
  tumour: RefObject<Group | null>;
  panel: RefObject<Group | null>;
}

/** Frames until a headset's first poses have settled. */
const SETTLING_FRAMES = 3;

export function Placement({ tumour, panel }: Placed) {
  const space = useXR((xr) => xr.originReferenceSpace);
  const wish = useRef({ placements: -1, frames: 0 });

  useFrame((_state, _seconds, frame: XRFrame | undefined) => {
    const { placements } = held.getState();
    if (wish.current.placements !== placements) wish.current = { placements, frames: 0 };
    const pose = space && frame?.getViewerPose(space);
    if (!pose || !tumour.current || wish.current.frames > SETTLING_FRAMES) return;
    wish.current.frames += 1;
    const { position, orientation } = pose.transform;
    const head = new Vector3(position.x, position.y, position.z);
    const facing = new Quaternion(orientation.x, orientation.y, orientation.z, orientation.w);
    put(tumour.current, tumourPlace(head, facing));
    tumour.current.scale.setScalar(magnificationFor(lab.getState().subject?.radius ?? 0.01));
    if (panel.current) put(panel.current, panelPlace(head, facing));
  });

  useEffect(() => {
    const group = tumour.current;
    return () => {
      group?.position.set(0, 0, 0);
      group?.quaternion.identity();
      group?.scale.setScalar(1);
      held.setState({ magnification: 1 });
    };
  }, [tumour]);
  return null;
}
