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
import { useFrame } from "@react-three/fiber";
import { type ReactNode, type RefObject, useEffect, useRef } from "react";
import { type Intersection, type Object3D, Vector3 } from "three";
import { lab } from "../state/lab";
import { feel } from "./haptics";
import { reach } from "./reach";

/** How near is near; a ray begins where the grip ends, so that no place is out of both. */
const REACH_M = 0.05;
/** After the joints have moved (−1000), before the pointers look (−50). */
const BEFORE_POINTERS = -100;
const THUMB = new Vector3();
/** A press is a click however long it takes: people in a headset take their time. */
const CLICK_MS = Infinity;

/** Takes what lies within reach of a controller. */
export function Grip() {
  const ref = useRef<Object3D>(null);
  const cursor = useGrip(ref);
  return (
    <XRSpace ref={ref} space="grip-space">
      {cursor}
    </XRSpace>
  );
}

/**
 * Takes what lies within reach of a pinch: between the tips of thumb and forefinger, turned as the
 * wrist is, since a fingertip turns by itself while it closes.
 */
export function Pinch() {
  const [finger, thumb, between] = [useRef<Object3D>(null), useRef<Object3D>(null), useRef<Object3D>(null)];
  const cursor = useGrip(between);
  useFrame(() => {
    if (!finger.current || !thumb.current || !between.current) return;
    const { position } = between.current;
    position.setFromMatrixPosition(finger.current.matrix);
    position.lerp(THUMB.setFromMatrixPosition(thumb.current.matrix), 0.5);
    between.current.updateMatrix();
  }, BEFORE_POINTERS);
  return (
    <XRSpace space="wrist">
      <XRSpace ref={finger} space="index-finger-tip" />
      <XRSpace ref={thumb} space="thumb-tip" />
      <group ref={between}>{cursor}</group>
    </XRSpace>
  );
}

/** Takes what it points at, from afar. */
export function Ray({ lengthM }: { lengthM?: number }) {
  const state = useXRInputSourceStateContext();
  const ref = useRef<Object3D>(null);
  const pointer = useRayPointer(ref, state, { minDistance: REACH_M, makeDefault: true, clickThresholdMs: CLICK_MS });
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
  const pointer = useTouchPointer(ref, state, { hoverRadius: 0.06, downRadius: 0.015, clickThresholdMs: CLICK_MS });
  useForgotten(pointer);
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

/** Small things to draw go before the tumour around them. */
function useGrip(place: RefObject<Object3D | null>): ReactNode {
  const state = useXRInputSourceStateContext();
  const pointer = useGrabPointer(place, state, { radius: REACH_M, customSort: smallFirst, clickThresholdMs: CLICK_MS });
  usePresses(pointer);
  return <PointerCursorModel pointer={pointer} opacity={defaultGrabPointerOpacity} />;
}

type Pointer = ReturnType<typeof useGrabPointer>;

/** Trigger, squeeze and pinch all take hold. */
function usePresses(pointer: Pointer): void {
  const { inputSource, events } = useXRInputSourceStateContext();
  usePointerXRInputSourceEvents(pointer, inputSource, "select", events);
  usePointerXRInputSourceEvents(pointer, inputSource, "squeeze", events);
  useFeel(pointer, inputSource);
  useForgotten(pointer);
}

/** Have the library, which finds pointers by number in a map of its own, forget one that is gone. */
function useForgotten(pointer: Pointer | ReturnType<typeof useTouchPointer>): void {
  useEffect(() => {
    globalThis.pointerEventspointerMap?.set(pointer.id, pointer);
    return () => void globalThis.pointerEventspointerMap?.delete(pointer.id);
  }, [pointer]);
}

/** A tick when it takes hold, and at every frame that is turned by what it holds. */
function useFeel(pointer: Pointer, inputSource: XRInputSource): void {
  const was = useRef<{ taken: Object3D | undefined; frame: number }>({ taken: undefined, frame: 0 });
  useFrame(() => {
    const taken = pointer.getPointerCapture()?.object;
    const { frame } = lab.getState();
    if (taken && taken !== was.current.taken) feel(inputSource, "grab");
    else if (taken && isDrawnAlongFrames(taken) && frame !== was.current.frame) feel(inputSource, "detent");
    was.current = { taken, frame };
  });
}

function isDrawnAlongFrames(object: Object3D): boolean {
  return object === reach["knob"] || object === reach["slider"];
}
