/**
 * Puts the stand, and with it the tumour, and the panel before the head once it is known, and again
 * when they are asked for.
 */
import { useFrame } from "@react-three/fiber";
import { useXR } from "@react-three/xr";
import { type RefObject, useEffect, useRef } from "react";
import { type Group, Vector3 } from "three";
import { hold } from "../link";
import { company } from "../state/company";
import { lab } from "../state/lab";
import { magnificationOf, type TumourPose } from "../state/pose";
import { pointingHand } from "../state/settings";
import { headIn } from "./head";
import { held } from "./held";
import { firstPose, panelPlace, type Place, put, standPlace } from "./placement";
import { plinth, putPlinthUnder } from "./plinth";
import { fromStandToRoom, putStand } from "./stand";

/** Frames until a headset's first poses have settled. */
const SETTLING_FRAMES = 3;

export function Placing({ panel }: { panel: RefObject<Group | null> }) {
  const space = useXR((xr) => xr.originReferenceSpace);
  const isVr = useXR((xr) => xr.mode === "immersive-vr");
  const [tumourWish, boardWish] = [useRef<Wish>(UNASKED), useRef<Wish>(UNASKED)];

  useFrame((_state, _seconds, frame: XRFrame | undefined) => {
    const head = headIn(frame, space);
    if (!head) return;
    const { placements, boards } = held.getState();
    const tumour = asked(tumourWish, placements);
    if (tumour === "first") holdAtFirst();
    if (tumour) putTumour(head, isVr);
    if (asked(boardWish, placements + boards) && panel.current) {
      put(panel.current, panelPlace(head.position, head.quaternion, pointingHand()));
    }
  });

  useEffect(
    () => () => {
      held.setState({ magnification: 1 });
      plinth.setState({ is: null });
    },
    [],
  );
  return null;
}

interface Wish {
  /** How often it was asked when it was last granted, and for how many frames since. */
  count: number;
  frames: number;
}

const UNASKED: Wish = { count: -1, frames: 0 };

/** Whether to put it now: for some frames from when it was asked. */
function asked(wish: RefObject<Wish>, count: number): "first" | "still" | null {
  const isNew = wish.current.count !== count;
  const frames = isNew ? 1 : wish.current.frames + 1;
  wish.current = { count, frames };
  if (isNew) return "first";
  return frames <= SETTLING_FRAMES + 1 ? "still" : null;
}

/** As it is held by those who go together, or was held when the headset broke off; else as it first was. */
function holdAtFirst(): void {
  const { together, pose } = company.getState();
  const { goesOn } = held.getState();
  held.setState({ goesOn: false });
  if ((!together && !goesOn) || pose === null) hold(firstPose(lab.getState().subject?.radius ?? 0.01));
}

function putTumour({ position, quaternion }: Place, isVr: boolean): void {
  const { seat, together } = company.getState();
  const pose = poseHeld();
  putStand(standPlace(position, quaternion, together ? seat : 0, pose));
  if (!isVr) return;
  const radius = (lab.getState().subject?.radius ?? 0.01) * magnificationOf(pose);
  putPlinthUnder(fromStandToRoom(pose, new Vector3()), radius);
}

function poseHeld(): TumourPose {
  return company.getState().pose ?? firstPose(0.01);
}
