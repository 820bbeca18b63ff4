/**
 * A knob on the frame's edge, to be drawn along the sweep with a pinch, a squeeze or a ray. It
 * lives where coordinates are voxel indices, so the hand's place in z is the frame.
 */
import { useFrame } from "@react-three/fiber";
import { useEffect, useRef, useState } from "react";
import { type Mesh, Vector3 } from "three";
import { useStore } from "zustand";
import { lookAt } from "../link";
import { OUTLINE_COLOUR } from "../scene/sliceShader";
import { drawnFrame } from "../state/lab";
import { layers } from "../state/layers";
import { useLab } from "../useLab";
import { SMALL } from "./pointers";
import { reach } from "./reach";

const RADIUS_M = 0.008;

interface Pull {
  pointerId: number;
  /** Frames from the hand's place to the frame when it took hold. */
  offset: number;
}

/** What the pointers of `@pmndrs/pointer-events` hand over, as far as it is used here. */
interface Held {
  pointerId: number;
  point: Vector3;
  stopPropagation(): void;
}

export function ScrubKnob() {
  const knob = useRef<Mesh>(null);
  const pull = useRef<Pull | null>(null);
  const [isHot, setHot] = useState(false);
  const frame = useLab(drawnFrame);
  const width = useLab((s) => s.scan?.shape[2] ?? 0);
  const isShown = useStore(layers, (s) => s.frame);

  useFrame(() => {
    reach["knob"] = knob.current;
    const parent = knob.current?.parent;
    if (!knob.current || !parent) return;
    const { elements: m } = parent.matrixWorld;
    const lengths = [0, 4, 8].map((i) => Math.hypot(m[i] ?? 0, m[i + 1] ?? 0, m[i + 2] ?? 0));
    knob.current.scale.set(...(lengths.map((l) => RADIUS_M / l) as [number, number, number]));
  });

  useEffect(() => () => void delete reach["knob"], []);

  const frameAt = (point: Vector3) => knob.current?.parent?.worldToLocal(point.clone()).z ?? 0;
  const take = (event: Held) => {
    event.stopPropagation();
    if (frame === null || pull.current) return;
    knob.current?.setPointerCapture(event.pointerId);
    pull.current = { pointerId: event.pointerId, offset: frame - frameAt(event.point) };
  };
  const draw = (event: Held) => {
    if (pull.current?.pointerId !== event.pointerId) return;
    event.stopPropagation();
    lookAt(frameAt(event.point) + pull.current.offset);
  };
  const letGo = (event: Held) => {
    if (pull.current?.pointerId === event.pointerId) pull.current = null;
  };

  if (frame === null || !isShown) return null;
  const handlers = { onPointerDown: take, onPointerMove: draw, onPointerUp: letGo, onPointerCancel: letGo };
  return (
    <mesh
      ref={knob}
      name="knob"
      userData={SMALL}
      position={[width / 2 - 0.5, -0.5, frame]}
      renderOrder={3}
      onPointerEnter={() => setHot(true)}
      onPointerLeave={() => setHot(false)}
      {...(handlers as object)}
    >
      <sphereGeometry args={[1, 24, 16]} />
      <meshStandardMaterial color={OUTLINE_COLOUR} emissive={OUTLINE_COLOUR} emissiveIntensity={isHot ? 0.7 : 0.25} roughness={0.4} />
    </mesh>
  );
}
