/** What there is only in a headset. */
import { useThree } from "@react-three/fiber";
import { useXR } from "@react-three/xr";
import { type RefObject, useEffect, useRef } from "react";
import type { Group } from "three";
import { Aim } from "./Aim";
import { Being } from "./Being";
import { Floor } from "./Floor";
import { Sharpness } from "./Sharpness";
import { Grab } from "./Grab";
import { Landing } from "./Landing";
import { Eyes } from "./Eyes";
import { PalmMenu } from "./PalmMenu";
import { Panel } from "./Panel";
import { Photographer } from "./Photographer";
import { Placing } from "./Placing";
import { PlinthModel } from "./PlinthModel";
import { Sticks } from "./Sticks";
import { Tracking } from "./Tracking";

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
      <Eyes />
      {isVr && <Floor />}
      {isVr && <PlinthModel />}
      {isVr && <Aim />}
      <Panel place={panel} />
      <Placing panel={panel} />
      <Grab target={tumour} />
      <Landing tumour={tumour} />
      <Sticks />
      <PalmMenu />
      <Photographer />
      <Sharpness tumour={tumour} />
      <Tracking />
      <Being />
    </>
  );
}
