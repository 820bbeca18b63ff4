/** What there is only in a headset. */
import { useXR } from "@react-three/xr";
import { type RefObject, useRef } from "react";
import type { Group } from "three";
import { Grid } from "../scene/Grid";
import { Grab } from "./Grab";
import { Panel } from "./Panel";
import { Placement } from "./Placement";
import { Thumbsticks } from "./Thumbsticks";

export function Immersed({ tumour }: { tumour: RefObject<Group | null> }) {
  const isVr = useXR((xr) => xr.mode === "immersive-vr");
  const panel = useRef<Group>(null);
  return (
    <>
      {isVr && <color attach="background" args={["#0c1016"]} />}
      {isVr && <Grid cell={0.1} reach={5} y={0} />}
      <Panel place={panel} />
      <Placement tumour={tumour} panel={panel} />
      <Grab target={tumour} />
      <Thumbsticks />
    </>
  );
}
