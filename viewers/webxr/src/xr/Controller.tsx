/**
 * A controller: its model, a near grip and a ray. Squeeze and trigger both take hold, near or far.
 */
import {
  CombinedPointer,
  defaultGrabPointerOpacity,
  defaultRayPointerOpacity,
  PointerCursorModel,
  PointerRayModel,
  useGrabPointer,
  usePointerXRInputSourceEvents,
  useRayPointer,
  useXRInputSourceStateContext,
  XRControllerModel,
  XRSpace,
} from "@react-three/xr";
import { Suspense, useRef } from "react";
import type { Object3D } from "three";

const REACH_M = 0.05;
const RAY_FROM_M = 0.06;

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

function Grip() {
  const state = useXRInputSourceStateContext("controller");
  const space = useRef<Object3D>(null);
  const pointer = useGrabPointer(space, state, { radius: REACH_M });
  usePointerXRInputSourceEvents(pointer, state.inputSource, "squeeze", state.events);
  usePointerXRInputSourceEvents(pointer, state.inputSource, "select", state.events);
  return (
    <XRSpace ref={space} space="grip-space">
      <PointerCursorModel pointer={pointer} opacity={defaultGrabPointerOpacity} />
    </XRSpace>
  );
}

function Ray() {
  const state = useXRInputSourceStateContext("controller");
  const space = useRef<Object3D>(null);
  const pointer = useRayPointer(space, state, { minDistance: RAY_FROM_M });
  usePointerXRInputSourceEvents(pointer, state.inputSource, "squeeze", state.events);
  usePointerXRInputSourceEvents(pointer, state.inputSource, "select", state.events);
  return (
    <XRSpace ref={space} space="target-ray-space">
      <PointerRayModel pointer={pointer} opacity={defaultRayPointerOpacity} />
      <PointerCursorModel pointer={pointer} opacity={defaultRayPointerOpacity} />
    </XRSpace>
  );
}
