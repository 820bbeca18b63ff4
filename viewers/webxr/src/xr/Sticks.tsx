/**
 * The thumbsticks. The pointing hand's turns frames; in VR the other one's goes and turns, in MR,
 * where the room is real, it turns frames, too. Hands have none.
 */
import { useFrame } from "@react-three/fiber";
import { useXR } from "@react-three/xr";
import { useMemo } from "react";
import { step } from "../link";
import { pointingHand } from "../state/settings";
import { aim, letAimGo } from "./aiming";
import { thrown } from "./arc";
import { floor } from "./floorHeight";
import { aheadOf, headIn } from "./head";
import { goTo, inRoom, placeOf, turn } from "./origin";
import { stickAxis, Thumb } from "./thumb";
import { TURN_RADIANS, Walk } from "./walk";

interface Stick {
  thumb: Thumb;
  walk: Walk;
}

export function Sticks() {
  const session = useXR((xr) => xr.session);
  const space = useXR((xr) => xr.originReferenceSpace);
  const isVr = useXR((xr) => xr.mode === "immersive-vr");
  const sticks = useMemo(() => new WeakMap<XRInputSource, Stick>(), []);
  useFrame((_, seconds, frame: XRFrame | undefined) => {
    for (const source of session?.inputSources ?? []) {
      if (source.hand || !source.gamepad || !frame || !space) continue;
      let stick = sticks.get(source);
      if (!stick) sticks.set(source, (stick = { thumb: new Thumb(), walk: new Walk() }));
      if (isVr && source.handedness !== pointingHand()) walkWith(stick.walk, source, frame, space);
      else scrubWith(stick.thumb, source, seconds);
    }
  });
  return null;
}

function scrubWith(thumb: Thumb, { gamepad }: XRInputSource, seconds: number): void {
  const frames = thumb.take(stickAxis(gamepad?.axes ?? []), seconds);
  if (frames !== 0) step(frames);
}

function walkWith(walk: Walk, source: XRInputSource, frame: XRFrame, space: XRReferenceSpace): void {
  const [, , x = 0, y = 0] = source.gamepad?.axes ?? [];
  const { isAiming, goes, turns } = walk.take(x, y);
  const head = headIn(frame, space)?.position;
  if (head && turns !== 0) turn(turns * TURN_RADIANS, head);
  const ray = isAiming ? frame.getPose(source.targetRaySpace, space) : undefined;
  if (ray) {
    const from = placeOf(inRoom(ray.transform));
    aim.arc = thrown(from.position, aheadOf(from), floor.y);
  }
  if (!goes) return;
  const landing = letAimGo();
  if (head && landing) goTo(landing, head);
}
