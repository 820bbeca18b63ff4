/** A controller: its model, a near grip and a ray. */
import { CombinedPointer, XRControllerModel } from "@react-three/xr";
import { Suspense } from "react";
import { Grip, Ray } from "./pointers";

/** How far a ray is drawn that meets nothing. */
const RAY_M = 0.35;

export function Controller() {
  return (
    <>
      <Suspense>
        <XRControllerModel />
      </Suspense>
      <CombinedPointer>
        <Grip />
        <Ray lengthM={RAY_M} />
      </CombinedPointer>
    </>
  );
}
