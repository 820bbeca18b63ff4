/** The probe in a headset: take the transducer by hand or ray, and hold it to the tumour. */
import { useFrame } from "@react-three/fiber";
import { useHandle } from "@react-three/handle";
import { useEffect, useRef, useState } from "react";
import type { Group } from "three";
import { moveProbe } from "../link";
import { ProbePlane } from "../scene/ProbePlane";
import { Transducer } from "../scene/Transducer";
import { type ProbePlace, useProbe } from "../scene/useProbe";
import { isSamePose, poseFrom } from "../state/pose";
import { probe } from "../state/probe";
import { SMALL } from "./pointers";
import { reach } from "./reach";

export function HeldProbe() {
  const place = useProbe();
  return place && <Held place={place} />;
}

function Held({ place }: { place: ProbePlace }) {
  const plane = useRef<Group>(null);
  const body = useRef<Group>(null);
  const [isHot, setHot] = useState(false);
  const handle = useHandle(plane, { handle: body, scale: false });

  useFrame(() => {
    reach.transducer = body.current;
    if (!plane.current || !body.current) return;
    if (handle.getState() === undefined) {
      body.current.position.y = place.faceAbove; // while it is held, its face stays where the hand has it
      return;
    }
    const pose = poseFrom(plane.current.position, plane.current.quaternion);
    if (!isSamePose(pose, probe.getState().pose)) moveProbe(pose);
  });
  useEffect(() => () => void (reach.transducer = null), []);

  return (
    <group ref={plane} position={place.position} quaternion={place.quaternion}>
      {place.section && <ProbePlane section={place.section} indexFromPlane={place.indexFromPlane} />}
      <group ref={body}>
        <Transducer
          size={place.size}
          isHot={isHot}
          userData={SMALL}
          onPointerEnter={() => setHot(true)}
          onPointerLeave={() => setHot(false)}
        />
      </group>
    </group>
  );
}
