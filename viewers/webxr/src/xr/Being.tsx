/** Tells those who share the scene where this headset's head and hands are, and shows theirs. */
import { useFrame } from "@react-three/fiber";
import { useXR } from "@react-three/xr";
import { useRef } from "react";
import type { Group } from "three";
import { be } from "../link";
import type { Presence } from "../protocol.gen";
import { Others } from "../scene/Others";
import { inRoom } from "./origin";
import { fromStand, stand } from "./stand";

export function Being() {
  const session = useXR((xr) => xr.session);
  const space = useXR((xr) => xr.originReferenceSpace);
  const room = useRef<Group>(null);
  useFrame((_state, _seconds, frame: XRFrame | undefined) => {
    room.current?.matrix.copy(stand);
    if (frame && session && space) be(presenceIn(frame, session, space));
  });
  return (
    <group ref={room} name="company" matrixAutoUpdate={false}>
      <Others />
    </group>
  );
}

function presenceIn(frame: XRFrame, session: XRSession, space: XRReferenceSpace): Presence {
  const head = frame.getViewerPose(space);
  const hands = { left: null, right: null } as Pick<Presence, "left" | "right">;
  for (const { handedness, gripSpace } of session.inputSources) {
    const hand = gripSpace ? frame.getPose(gripSpace, space) : undefined;
    if (hand && handedness !== "none") hands[handedness] = fromStand(inRoom(hand.transform));
  }
  return { type: "presence", immersed: true, head: head ? fromStand(inRoom(head.transform)) : null, ...hands };
}
