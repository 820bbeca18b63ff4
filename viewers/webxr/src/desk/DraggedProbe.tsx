/** The probe on a screen: draw its knob to move it through the tumour, the transducer to turn it. */
import type { ThreeEvent } from "@react-three/fiber";
import { useThree } from "@react-three/fiber";
import { useEffect, useRef, useState } from "react";
import { type Group, Quaternion, Ray, Vector3 } from "three";
import { moveProbe } from "../link";
import { PROBE_COLOUR, ProbePlane } from "../scene/ProbePlane";
import { Transducer } from "../scene/Transducer";
import { type ProbePlace, useProbe } from "../scene/useProbe";
import { poseFrom } from "../state/pose";
import { dragging } from "./dragging";

const RADIANS_A_PIXEL = 0.008;
const UP = new Vector3(0, 1, 0);

export function DraggedProbe() {
  const place = useProbe();
  return place && <Dragged place={place} />;
}

function Dragged({ place }: { place: ProbePlace }) {
  const invalidate = useThree((s) => s.invalidate);
  const plane = useRef<Group>(null);
  const knob = useDrag(({ ray }, grip) => moveAlong(plane.current, place, ray, grip));
  const body = useDrag(({ nativeEvent: { movementX, movementY } }) => turnBy(place, movementX, movementY));
  useEffect(() => invalidate(), [place, knob.isHot, body.isHot, invalidate]);

  return (
    <group ref={plane} position={place.position} quaternion={place.quaternion}>
      {place.section && <ProbePlane section={place.section} indexFromPlane={place.indexFromPlane} />}
      <group position-y={place.faceAbove}>
        <Transducer size={place.size} isHot={body.isHot} {...body.handlers} />
      </group>
      <mesh name="probe knob" renderOrder={3} scale={0.06 * place.size} {...knob.handlers}>
        <sphereGeometry args={[1, 24, 16]} />
        <meshStandardMaterial color={PROBE_COLOUR} emissive={PROBE_COLOUR} emissiveIntensity={knob.isHot ? 0.8 : 0.3} />
      </mesh>
    </group>
  );
}

/** Where along the plane's normal a drag took hold, metres in the scan's scene. */
interface Grip {
  along: number | null;
}

function useDrag(draw: (event: ThreeEvent<PointerEvent>, grip: Grip) => void) {
  const [isHot, setHot] = useState(false);
  const grip = useRef<Grip | null>(null);
  const letGo = (event: ThreeEvent<PointerEvent>) => {
    if (grip.current === null) return;
    event.stopPropagation();
    grip.current = null;
    dragging.setState({ isDragging: false });
  };
  const handlers = {
    onPointerDown: (event: ThreeEvent<PointerEvent>) => {
      event.stopPropagation();
      (event.target as Element).setPointerCapture(event.pointerId);
      grip.current = { along: null };
      dragging.setState({ isDragging: true });
      draw(event, grip.current);
    },
    onPointerMove: (event: ThreeEvent<PointerEvent>) => {
      if (grip.current === null) return;
      event.stopPropagation();
      draw(event, grip.current);
    },
    onPointerUp: letGo,
    onPointerCancel: letGo,
    onPointerEnter: () => setHot(true),
    onPointerLeave: () => setHot(false),
  };
  return { isHot, handlers };
}

/** To where the pointer's ray comes nearest to the plane's normal. */
function moveAlong(plane: Group | null, { position, quaternion }: ProbePlace, ray: Ray, grip: Grip): void {
  const parent = plane?.parent;
  if (!parent) return;
  const local = ray.clone().applyMatrix4(parent.matrixWorld.clone().invert());
  const normal = new Vector3(0, 0, 1).applyQuaternion(quaternion);
  const along = nearestAlong(position, normal, local);
  if (along === null) return;
  if (grip.along === null) grip.along = along;
  else moveProbe(poseFrom(position.clone().addScaledVector(normal, along - grip.along), quaternion));
}

/** How far along a line through `from` a ray passes it nearest; null where they are all but parallel. */
function nearestAlong(from: Vector3, direction: Vector3, { origin, direction: towards }: Ray): number | null {
  const between = from.clone().sub(origin);
  const d = towards.clone().normalize();
  const b = direction.dot(d);
  const denominator = 1 - b * b;
  return denominator < 1e-3 ? null : (b * d.dot(between) - direction.dot(between)) / denominator;
}

/** Sideways about the plane's upright, up and down about its level axis. */
function turnBy({ position, quaternion }: ProbePlace, dx: number, dy: number): void {
  if (dx === 0 && dy === 0) return;
  const turned = quaternion.clone();
  turned.multiply(new Quaternion().setFromAxisAngle(UP, dx * RADIANS_A_PIXEL));
  turned.multiply(new Quaternion().setFromAxisAngle(new Vector3(1, 0, 0), dy * RADIANS_A_PIXEL));
  moveProbe(poseFrom(position, turned.normalize()));
}
