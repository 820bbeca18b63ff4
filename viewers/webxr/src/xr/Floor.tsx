/**
 * The floor in VR: a pinch or a trigger that points at it and is held aims, let go it goes there. A
 * short press does nothing, so that nobody goes by mistake.
 */
import { useXR } from "@react-three/xr";
import { useFrame } from "@react-three/fiber";
import { useRef } from "react";
import { type Group, type Mesh, type Quaternion, Vector3 } from "three";
import { Grid } from "../scene/Grid";
import { aim, letAimGo } from "./aiming";
import { FARTHEST_M, pointed } from "./arc";
import { floor } from "./floorHeight";
import { headIn } from "./head";
import { goTo, origin } from "./origin";

const HELD_S = 0.35;
/** A frame that took longer was a stutter: nobody has held on all that while. */
const LONGEST_FRAME_S = 0.1;
const ONLY_RAYS = { allow: "ray" };

interface Pointed {
  pointerId: number;
  pointerPosition: Vector3;
  pointerQuaternion: Quaternion;
  currentTarget: Mesh;
  stopPropagation(): void;
}

export function Floor() {
  const space = useXR((xr) => xr.originReferenceSpace);
  const under = useRef<Group>(null);
  const press = useRef<{ pointerId: number; heldS: number; goes: boolean } | null>(null);

  useFrame((_state, seconds, frame: XRFrame | undefined) => {
    under.current?.position.set(Math.round(origin.position.x), floor.y, Math.round(origin.position.z));
    if (!press.current) return;
    press.current.heldS += Math.min(seconds, LONGEST_FRAME_S);
    if (!press.current.goes) return;
    press.current = null;
    const landing = letAimGo();
    const head = headIn(frame, space);
    if (landing && head) goTo(landing, head.position);
  });

  const take = (event: Pointed) => {
    event.stopPropagation();
    if (press.current) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    press.current = { pointerId: event.pointerId, heldS: 0, goes: false };
  };
  const draw = ({ pointerId, pointerPosition, pointerQuaternion }: Pointed) => {
    if (press.current?.pointerId !== pointerId || press.current.heldS < HELD_S) return;
    const along = new Vector3(0, 0, -1).applyQuaternion(pointerQuaternion);
    const landing = pointed(pointerPosition, along, floor.y);
    aim.arc = landing && { points: [], landing };
  };
  const letGo = ({ pointerId }: Pointed) => {
    if (press.current?.pointerId === pointerId) press.current.goes = true;
  };
  const forget = ({ pointerId }: Pointed) => {
    if (press.current?.pointerId !== pointerId) return;
    press.current = null;
    letAimGo();
  };

  const handlers = { onPointerDown: take, onPointerMove: draw, onPointerUp: letGo, onPointerCancel: forget };
  return (
    <group ref={under}>
      <Grid cell={0.1} reach={FARTHEST_M} y={0} />
      <mesh name="floor" rotation-x={-Math.PI / 2} pointerEventsType={ONLY_RAYS} {...(handlers as object)}>
        <planeGeometry args={[2 * FARTHEST_M, 2 * FARTHEST_M]} />
        <meshBasicMaterial visible={false} />
      </mesh>
    </group>
  );
}
