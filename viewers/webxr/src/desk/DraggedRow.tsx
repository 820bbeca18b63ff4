/** The row on a screen: a click opens one, drawing it lays it elsewhere, in the plane of the screen. */
import type { ThreeEvent } from "@react-three/fiber";
import { useRef } from "react";
import { type Group, Plane, type Ray, Vector3 } from "three";
import { openScan } from "../link";
import { RowItem } from "../scene/RowItem";
import { OpenTag } from "../scene/RowTag";
import { type InRow, useRow } from "../scene/useRow";
import { keyOf, moveStanding } from "../state/beside";
import { poseFrom } from "../state/pose";
import { dragging } from "./dragging";

/** A press that moves less is a click. */
const CLICK_PX = 4;

export function DraggedRow() {
  const { standing, apart } = useRow();
  return (
    <>
      <OpenTag />
      {standing.map((item) => (
        <Dragged key={keyOf(item)} item={item} apart={apart} />
      ))}
    </>
  );
}

interface Drag {
  /** Where it was pressed, CSS pixels. */
  from: { x: number; y: number };
  plane: Plane;
  /** From where it was taken hold of to its own place, in the world. */
  offset: Vector3;
}

function Dragged({ item, apart }: { item: InRow; apart: number }) {
  const group = useRef<Group>(null);
  const drag = useRef<Drag | null>(null);
  const take = (event: ThreeEvent<PointerEvent>) => {
    if (!group.current) return;
    event.stopPropagation();
    (event.target as Element).setPointerCapture(event.pointerId);
    const plane = new Plane().setFromNormalAndCoplanarPoint(event.camera.getWorldDirection(new Vector3()), event.point);
    const { clientX: x, clientY: y } = event;
    drag.current = { from: { x, y }, plane, offset: group.current.getWorldPosition(new Vector3()).sub(event.point) };
    dragging.setState({ isDragging: true });
  };
  const draw = (event: ThreeEvent<PointerEvent>) => {
    if (!drag.current || !group.current) return;
    const { x, y } = drag.current.from;
    if (Math.hypot(event.clientX - x, event.clientY - y) < CLICK_PX) return;
    event.stopPropagation();
    layAt(item, group.current, event.ray, drag.current);
  };
  const letGo = (event: ThreeEvent<PointerEvent>) => {
    if (!drag.current) return;
    event.stopPropagation();
    drag.current = null;
    dragging.setState({ isDragging: false });
  };
  const open = (event: ThreeEvent<MouseEvent>) => {
    event.stopPropagation();
    if (event.delta < CLICK_PX) openScan(item.scan, item.label);
  };
  return (
    <RowItem
      item={item}
      apart={apart}
      group={group}
      onPointerDown={take}
      onPointerMove={draw}
      onPointerUp={letGo}
      onPointerCancel={letGo}
      onClick={open}
    />
  );
}

function layAt(item: InRow, group: Group, ray: Ray, { plane, offset }: Drag): void {
  const at = ray.intersectPlane(plane, new Vector3());
  if (!at || !group.parent) return;
  moveStanding(item, poseFrom(group.parent.worldToLocal(at.add(offset)), group.quaternion));
}
