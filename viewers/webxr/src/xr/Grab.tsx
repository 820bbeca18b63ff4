/**
 * Take the tumour: one hand moves and turns it, two also scale it, within limits. Let go near a
 * surface, it is put down there. While nobody here has hold of it, it is where those who go
 * together have it.
 */
import { useFrame } from "@react-three/fiber";
import { useHandle } from "@react-three/handle";
import { useXR } from "@react-three/xr";
import { type RefObject, useEffect, useMemo, useRef } from "react";
import { type Group, Matrix4 } from "three";
import { hold } from "../link";
import { company } from "../state/company";
import { isSamePose, magnificationOf, matrixOf, tumourPoseOf } from "../state/pose";
import { Anchorage } from "./anchor";
import { feelAgain } from "./haptics";
import { held } from "./held";
import { fromRoom } from "./origin";
import { LARGEST_MAGNIFICATION, SMALLEST_MAGNIFICATION } from "./placement";
import { putDown, stayDown, surfaceBelow } from "./rest";
import { stand } from "./stand";
import type { Surface } from "./surfaces";

export function Grab({ target }: { target: RefObject<Group | null> }) {
  const space = useXR((xr) => xr.originReferenceSpace);
  const handle = useHandle(target, {
    scale: { uniform: true, x: [SMALLEST_MAGNIFICATION, LARGEST_MAGNIFICATION] },
  });
  const anchorage = useMemo(() => new Anchorage(), []);
  const was = useRef({ held: false, placements: 0 });
  useEffect(() => () => lift(anchorage), [anchorage]);

  useFrame((_state, _seconds, frame: XRFrame | undefined) => {
    const tumour = target.current;
    if (!tumour || !frame || !space) return;
    const isHeld = handle.getState() !== undefined;
    const { placements } = held.getState();
    if ((isHeld && !was.current.held) || placements !== was.current.placements) lift(anchorage);
    anchorage.follow(frame, space);
    if (isHeld || was.current.held) {
      const below = surfaceBelow(tumour, frame, space);
      held.setState({ landing: isHeld ? below : null });
      if (!isHeld && below) land(tumour, below, anchorage, frame, space);
      take(tumour);
    } else {
      putBack(tumour);
    }
    was.current = { held: isHeld, placements };
  });
  return null;
}

function land(tumour: Group, below: Surface, anchorage: Anchorage, frame: XRFrame, space: XRReferenceSpace): void {
  putDown(tumour, below);
  held.setState({ standsOn: below });
  feelAgain("snap");
  if (below.kind === "table") void anchorage.hold(frame, space, fromRoom(tumour.position));
}

function lift(anchorage: Anchorage): void {
  anchorage.letGo();
  held.setState({ standsOn: null, landing: null });
}

const matrix = new Matrix4();

/** It was moved here. */
function take(tumour: Group): void {
  tumour.updateMatrix();
  const pose = tumourPoseOf(matrix.copy(stand).invert().multiply(tumour.matrix));
  if (isSamePose(pose, company.getState().pose)) return;
  hold(pose);
  say(magnificationOf(pose));
}

function putBack(tumour: Group): void {
  const { pose } = company.getState();
  if (pose === null) return;
  const before = tumour.scale.x;
  matrixOf(pose, matrix).premultiply(stand).decompose(tumour.position, tumour.quaternion, tumour.scale);
  say(magnificationOf(pose));
  if (held.getState().standsOn === null || Math.abs(tumour.scale.x / before - 1) < 1e-6) return;
  stayDown(tumour, before);
  take(tumour);
}

function say(magnification: number): void {
  if (magnification !== held.getState().magnification) held.setState({ magnification });
}
