/**
 * At the desk, the tumour stands still in the middle at its own size. Where the scene is shared it
 * is turned as it is held, others are shown around it, and they are told where this camera is.
 */
import { useFrame, useThree } from "@react-three/fiber";
import { type RefObject, useEffect, useRef } from "react";
import { type Camera, type Group, Vector3 } from "three";
import { be } from "../link";
import { Others } from "../scene/Others";
import { companions, company } from "../state/company";
import { lab } from "../state/lab";
import { isSamePose, magnificationOf, type Pose, poseFrom, positionOf, quaternionOf } from "../state/pose";
import { magnificationFor } from "../xr/placement";

export function Sitting({ tumour }: { tumour: RefObject<Group | null> }) {
  const room = useRef<Group>(null);
  const said = useRef<Pose | null>(null);
  const invalidate = useThree((s) => s.invalidate);

  useEffect(() => company.subscribe(() => invalidate()), [invalidate]);
  useFrame(({ camera }) => {
    if (!tumour.current || !room.current) return;
    putDown(tumour.current);
    const { magnification, centre } = held();
    room.current.scale.setScalar(1 / magnification);
    room.current.position.copy(centre).multiplyScalar(-1 / magnification);
    const head = headOf(camera, magnification, centre);
    if (isSamePose(head, said.current)) return;
    said.current = head;
    be({ type: "presence", immersed: false, head });
  });
  useEffect(
    () =>
      // who has just come has not been told
      company.subscribe((state, before) => {
        if (companions(state).length !== companions(before).length) said.current = null;
      }),
    [],
  );
  return (
    <group ref={room} name="company">
      <Others />
    </group>
  );
}

function putDown(group: Group): void {
  const { together, pose } = company.getState();
  group.position.set(0, 0, 0);
  group.scale.setScalar(1);
  if (together && pose) group.quaternion.copy(quaternionOf(pose));
  else group.quaternion.identity();
}

/** How the tumour is shown to those in a headset, as far as it is known. */
function held(): { magnification: number; centre: Vector3 } {
  const { pose } = company.getState();
  if (pose) return { magnification: magnificationOf(pose), centre: positionOf(pose) };
  return { magnification: magnificationFor(lab.getState().subject?.radius ?? 0.01), centre: new Vector3() };
}

function headOf(camera: Camera, magnification: number, centre: Vector3): Pose {
  const head = camera.position.clone().multiplyScalar(magnification).add(centre);
  return poseFrom(head, camera.quaternion);
}
