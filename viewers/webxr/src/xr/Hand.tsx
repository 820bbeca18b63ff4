/** A bare hand: pinch near the tumour or along a short ray, touch the board with a fingertip. */
import { CombinedPointer, useXR, XRHandModel } from "@react-three/xr";
import { Suspense } from "react";
import { Pinch, Ray, Touch } from "./pointers";

const RAY_M = 0.2;

export function Hand() {
  const isVr = useXR((xr) => xr.mode === "immersive-vr"); // in MR one sees one's own hand
  return (
    <>
      <Suspense>{isVr && <XRHandModel />}</Suspense>
      <CombinedPointer>
        <Pinch />
        <Touch />
        <Ray lengthM={RAY_M} />
      </CombinedPointer>
    </>
  );
}
