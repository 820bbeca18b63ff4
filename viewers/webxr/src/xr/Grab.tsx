/**
 * Take the tumour: one hand moves and turns it, two also scale it, within limits. While nobody here
 * has hold of it, it is where those who go together have it.
 */
import { useFrame } from "@react-three/fiber";
import { useHandle } from "@react-three/handle";
import { type RefObject, useRef } from "react";
import { type Group, Matrix4 } from "three";
import { hold } from "../link";
import { company } from "../state/company";
import { isSamePose, magnificationOf, matrixOf, tumourPoseOf } from "../state/pose";
import { held } from "./held";
import { LARGEST_MAGNIFICATION, SMALLEST_MAGNIFICATION } from "./placement";
import { stand } from "./stand";

export function Grab({ target }: { target: RefObject<Group | null> }) {
  const handle = useHandle(target, {
    scale: { uniform: true, x: [SMALLEST_MAGNIFICATION, LARGEST_MAGNIFICATION] },
  });
  const wasHeld = useRef(false);
  useFrame(() => {
    if (!target.current) return;
    const isHeld = handle.getState() !== undefined;
    if (isHeld || wasHeld.current) take(target.current);
    else putBack(target.current);
    wasHeld.current = isHeld;
  });
  return null;
}

const matrix = new Matrix4();

/** It was moved here. */
function take(group: Group): void {
  group.updateMatrix();
  const pose = tumourPoseOf(matrix.copy(stand).invert().multiply(group.matrix));
  if (isSamePose(pose, company.getState().pose)) return;
  hold(pose);
  say(magnificationOf(pose));
}

function putBack(group: Group): void {
  const { pose } = company.getState();
  if (pose === null) return;
  matrixOf(pose, matrix).premultiply(stand).decompose(group.position, group.quaternion, group.scale);
  say(magnificationOf(pose));
}

function say(magnification: number): void {
  if (magnification !== held.getState().magnification) held.setState({ magnification });
}
