/**
 * Puts the stand, and with it the tumour, and the panel before the head once it is known; puts the
 * tumour back when the session ends.
 */
import { useFrame } from "@react-three/fiber";
import { useXR } from "@react-three/xr";
import { type RefObject, useEffect, useRef } from "react";
import { type Group, Quaternion, Vector3 } from "three";
import { hold } from "../link";
import { company } from "../state/company";
import { lab } from "../state/lab";
import type { TumourPose } from "../state/pose";
import { held } from "./held";
import { firstPose, panelPlace, put, standPlace } from "./placement";
import { putStand } from "./stand";

/** Frames until a headset's first poses have settled. */
const SETTLING_FRAMES = 3;

export function Placement({ panel }: { panel: RefObject<Group | null> }) {
  const space = useXR((xr) => xr.originReferenceSpace);
  const wish = useRef({ placements: -1, frames: 0 });

  useFrame((_state, _seconds, frame: XRFrame | undefined) => {
    const { placements } = held.getState();
    if (wish.current.placements !== placements) wish.current = { placements, frames: 0 };
    const pose = space && frame?.getViewerPose(space);
    if (!pose || wish.current.frames > SETTLING_FRAMES) return;
    if (wish.current.frames === 0) holdAtFirst();
    wish.current.frames += 1;
    const { position, orientation } = pose.transform;
    const head = new Vector3(position.x, position.y, position.z);
    const facing = new Quaternion(orientation.x, orientation.y, orientation.z, orientation.w);
    const { seat, together } = company.getState();
    putStand(standPlace(head, facing, together ? seat : 0, poseHeld()));
    if (panel.current) put(panel.current, panelPlace(head, facing));
  });

  useEffect(() => () => held.setState({ magnification: 1 }), []);
  return null;
}

/** As it is held by those who go together; else as it first was. */
function holdAtFirst(): void {
  const { together, pose } = company.getState();
  if (!together || pose === null) hold(firstPose(lab.getState().subject?.radius ?? 0.01));
}

function poseHeld(): TumourPose {
  return company.getState().pose ?? firstPose(0.01);
}
