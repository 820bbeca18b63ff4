/** The row in a headset: take one by hand or ray and lay it where it is compared best. */
import { useFrame } from "@react-three/fiber";
import { useHandle } from "@react-three/handle";
import { useRef } from "react";
import type { Group, Mesh } from "three";
import { RowItem } from "../scene/RowItem";
import { OpenTag } from "../scene/RowTag";
import { type InRow, useRow } from "../scene/useRow";
import { beside, keyOf, moveStanding } from "../state/beside";
import { GrowthBoard } from "./GrowthBoard";
import { isSamePose, poseFrom } from "../state/pose";

export function HeldRow() {
  const { standing, apart } = useRow();
  return (
    <>
      <OpenTag />
      <GrowthBoard />
      {standing.map((item) => (
        <Held key={keyOf(item)} item={item} apart={apart} />
      ))}
    </>
  );
}

function Held({ item, apart }: { item: InRow; apart: number }) {
  const group = useRef<Group>(null);
  const body = useRef<Mesh>(null);
  const handle = useHandle(group, { handle: body, scale: false });
  useFrame(() => {
    if (!group.current || handle.getState() === undefined) return;
    const pose = poseFrom(group.current.position, group.current.quaternion);
    if (!isSamePose(pose, beside.getState().moved[keyOf(item)] ?? null)) moveStanding(item, pose);
  });
  return <RowItem item={item} apart={apart} group={group} body={body} />;
}
