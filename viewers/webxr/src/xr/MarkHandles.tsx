/**
 * The points of marks, to be taken by pinch, trigger or ray and drawn along the surface; none while a
 * tool puts new ones. A squeeze takes the tumour, also where points are in the way. Its parent's
 * coordinates are the scan's own, in metres.
 */
import { useFrame } from "@react-three/fiber";
import { useRef } from "react";
import { type Mesh, Vector3 } from "three";
import { useStore } from "zustand";
import { keepMoved } from "../net/marks";
import type { Point } from "../state/marks";
import { choose, marksDrawn, measuring, movePoint } from "../state/measuring";
import { useLab } from "../useLab";
import { meant, type Pointing } from "./meaning";
import { SMALL } from "./pointers";

const RADIUS_M = 0.008;
const METRES_A_MM = 1e-3;

export function MarkHandles() {
  const marks = useLab((s) => s.marks);
  const moved = useStore(measuring, (s) => s.moved);
  const hasTool = useStore(measuring, (s) => s.tool !== null);
  if (hasTool) return null;
  return (
    <group rotation-x={Math.PI} scale={METRES_A_MM}>
      {marksDrawn(marks, { moved }).flatMap(({ id, points_mm }) =>
        points_mm.map((point, index) => <Handle key={`${id} ${index}`} id={id} index={index} point={point} />),
      )}
    </group>
  );
}

function Handle({ id, index, point }: { id: string; index: number; point: Point }) {
  const ball = useRef<Mesh>(null);
  const holder = useRef<number | null>(null);
  useFrame(() => {
    const parent = ball.current?.parent;
    if (parent) ball.current?.scale.setScalar(RADIUS_M / SCALE.setFromMatrixScale(parent.matrixWorld).x);
  });
  const take = (event: Pointing) => {
    if (event.nativeEvent.type?.startsWith("squeeze")) return;
    event.stopPropagation();
    if (holder.current !== null) return;
    holder.current = event.pointerId;
    ball.current?.setPointerCapture(event.pointerId);
    choose(id);
  };
  const draw = (event: Pointing) => {
    if (holder.current !== event.pointerId) return;
    event.stopPropagation();
    const to = meant(event);
    if (to) movePoint(id, index, to);
  };
  const letGo = (event: Pointing) => {
    if (holder.current !== event.pointerId) return;
    holder.current = null;
    if (measuring.getState().moved) void keepMoved();
  };
  const handlers = { onPointerDown: take, onPointerMove: draw, onPointerUp: letGo, onPointerCancel: letGo };
  return (
    <mesh ref={ball} name="mark handle" position={point} userData={SMALL} {...(handlers as object)}>
      <sphereGeometry args={[1, 12, 8]} />
      <meshBasicMaterial visible={false} />
    </mesh>
  );
}

const SCALE = new Vector3();
