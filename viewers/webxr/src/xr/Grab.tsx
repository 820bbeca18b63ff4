/** Take the tumour: one hand moves and turns it, two also scale it, within limits. */
import { useFrame } from "@react-three/fiber";
import { useHandle } from "@react-three/handle";
import type { RefObject } from "react";
import type { Group } from "three";
import { held } from "./held";
import { LARGEST_MAGNIFICATION, SMALLEST_MAGNIFICATION } from "./placement";

export function Grab({ target }: { target: RefObject<Group | null> }) {
  useHandle(target, {
    scale: { uniform: true, x: [SMALLEST_MAGNIFICATION, LARGEST_MAGNIFICATION] },
  });
  useFrame(() => {
    const magnification = target.current?.scale.x ?? 1;
    if (magnification !== held.getState().magnification) held.setState({ magnification });
  });
  return null;
}
