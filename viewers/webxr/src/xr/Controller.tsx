/** A controller: its model, a near grip and a ray. */
import { CombinedPointer, XRControllerModel } from "@react-three/xr";
import { Suspense } from "react";
import { Grip, Ray } from "./pointers";

export function Controller() {
  return (
    <>
      <Suspense>
        <XRControllerModel />
      </Suspense>
      <CombinedPointer>
        <Grip />
        <Ray />
      </CombinedPointer>
    </>
  );
}
