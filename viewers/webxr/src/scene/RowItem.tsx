/** One tumour of the row with its name and volume, at its place in the open scan's own scene. */
import { type ThreeElements, useThree } from "@react-three/fiber";
import { type Ref, useEffect, useMemo } from "react";
import { type Group, type Mesh, MeshStandardMaterial, Quaternion, Vector3 } from "three";
import { useStore } from "zustand";
import { beside, keyOf } from "../state/beside";
import { positionOf, quaternionOf } from "../state/pose";
import { useLab } from "../useLab";
import { lowest, RowTag } from "./RowTag";
import type { InRow } from "./useRow";

export const BESIDE_NAME = "beside ";
const COLOUR = "#c9735f";
const NOWHERE = new Vector3();
const UPRIGHT = new Quaternion();

type Handlers = Pick<ThreeElements["mesh"], "onClick" | "onPointerDown" | "onPointerMove" | "onPointerUp" | "onPointerCancel">;

interface Place {
  item: InRow;
  /** From one place to the next, metres. */
  apart: number;
  /** What is moved, and what it is moved by. */
  group?: Ref<Group>;
  body?: Ref<Mesh>;
}

export function RowItem({ item, apart, group, body, ...handlers }: Place & Handlers) {
  const invalidate = useThree((s) => s.invalidate);
  const moved = useStore(beside, (s) => s.moved[keyOf(item)]);
  const subject = useLab((s) => s.subject);
  const material = useMemo(() => new MeshStandardMaterial({ color: COLOUR, roughness: 0.5 }), []);
  const { geometry, volumeMm3 } = item.surface;
  useEffect(() => () => material.dispose(), [material]);
  useEffect(() => () => geometry.dispose(), [geometry]); // once it is drawn no more: it would be on the card again
  useEffect(() => invalidate());
  if (!subject) return null;
  const { x, y, z } = subject.centre;
  return (
    <group position={[x + item.place * apart, y, z]}>
      <group ref={group} position={moved ? positionOf(moved) : NOWHERE} quaternion={moved ? quaternionOf(moved) : UPRIGHT}>
        <mesh
          ref={body}
          name={BESIDE_NAME + keyOf(item)}
          geometry={geometry}
          material={material}
          position={item.middle.clone().negate()}
          {...handlers}
        />
      </group>
      <RowTag below={item.middle.y - lowest(geometry)} words={item.words} volumeMm3={volumeMm3} />
    </group>
  );
}
