/** What there is only in a headset. */
import { useThree } from "@react-three/fiber";
import { useXR } from "@react-three/xr";
import { type RefObject, useEffect, useRef } from "react";
import type { Group } from "three";
import { Grid } from "../scene/Grid";
import { Being } from "./Being";
import { Grab } from "./Grab";
import { Panel } from "./Panel";
import { Placement } from "./Placement";
import { Thumbsticks } from "./Thumbsticks";

/** From what is held before the eyes to the end of the floor. */
const DEPTH_M = { near: 0.02, far: 60 };

export function Immersed({ tumour }: { tumour: RefObject<Group | null> }) {
  const isVr = useXR((xr) => xr.mode === "immersive-vr");
  const panel = useRef<Group>(null);
  const camera = useThree((s) => s.gl.xr.getCamera());
  useEffect(() => {
    Object.assign(camera, DEPTH_M);
  }, [camera]);
  return (
    <>
      {isVr && <color attach="background" args={["#0c1016"]} />}
      {isVr && <Grid cell={0.1} reach={5} y={0} />}
      <Panel place={panel} />
      <Placement panel={panel} />
      <Grab target={tumour} />
      <Thumbsticks />
      <Being />
    </>
  );
}
