/** What a controller or a hand takes hold with: near, along a ray, and by touching the board. */
import {
  defaultGrabPointerOpacity,
  defaultRayPointerOpacity,
  defaultTouchPointerOpacity,
  PointerCursorModel,
  PointerRayModel,
  useGrabPointer,
  usePointerXRInputSourceEvents,
  useRayPointer,
  useTouchPointer,
  useXRInputSourceStateContext,
  XRSpace,
} from "@react-three/xr";
import { useRef } from "react";
import type { Intersection, Object3D } from "three";

/** How near is near; a ray begins where the grip ends, so that no place is out of both. */
const REACH_M = 0.05;

/** Takes what lies within reach; small things to draw go before the tumour around them. */
export function Grip({ space }: { space: "grip-space" | "index-finger-tip" }) {
  const state = useXRInputSourceStateContext();
  const ref = useRef<Object3D>(null);
  const pointer = useGrabPointer(ref, state, { radius: REACH_M, customSort: smallFirst });
  usePresses(pointer);
  return (
    <XRSpace ref={ref} space={space}>
      <PointerCursorModel pointer={pointer} opacity={defaultGrabPointerOpacity} />
    </XRSpace>
  );
}

/** Takes what it points at, from afar. */
export function Ray({ lengthM }: { lengthM?: number }) {
  const state = useXRInputSourceStateContext();
  const ref = useRef<Object3D>(null);
  const pointer = useRayPointer(ref, state, { minDistance: REACH_M, makeDefault: true });
  usePresses(pointer);
  return (
    <XRSpace ref={ref} space="target-ray-space">
      <PointerRayModel pointer={pointer} opacity={defaultRayPointerOpacity} maxLength={lengthM} />
      <PointerCursorModel pointer={pointer} opacity={defaultRayPointerOpacity} />
    </XRSpace>
  );
}

/** A fingertip on the board. */
export function Touch() {
  const state = useXRInputSourceStateContext("hand");
  const ref = useRef<Object3D>(null);
  const pointer = useTouchPointer(ref, state, { hoverRadius: 0.06, downRadius: 0.015 });
  return (
    <XRSpace ref={ref} space="index-finger-tip">
      <PointerCursorModel pointer={pointer} opacity={defaultTouchPointerOpacity} />
    </XRSpace>
  );
}

/** Of the tumour itself a touch takes nothing: it is held with a pinch. */
export const NOT_BY_TOUCH = { deny: "touch" };

/** Put into `userData` of what is small: it is taken before the large things close around it. */
export const SMALL = { isSmall: true };
const BEFORE_M = 0.02;

function smallFirst(a: Intersection, _orderA: unknown, b: Intersection): number {
  return farOf(a) - farOf(b);
}

function farOf({ object, distance }: Intersection): number {
  return object.userData["isSmall"] ? distance - BEFORE_M : distance;
}

/** Trigger, squeeze and pinch all take hold. */
function usePresses(pointer: Parameters<typeof usePointerXRInputSourceEvents>[0]): void {
  const { inputSource, events } = useXRInputSourceStateContext();
  usePointerXRInputSourceEvents(pointer, inputSource, "select", events);
  usePointerXRInputSourceEvents(pointer, inputSource, "squeeze", events);
}
