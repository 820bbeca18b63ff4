/** What the probe is held by: a transducer whose face is at the origin and looks along −y. */
import type { ThreeElements } from "@react-three/fiber";
import { PROBE_COLOUR } from "./ProbePlane";

type Handlers = Pick<ThreeElements["group"], "onPointerDown" | "onPointerMove" | "onPointerUp" | "onPointerCancel" | "onPointerEnter" | "onPointerLeave">;

interface Shape {
  /** Of the face, metres. */
  size: number;
  isHot: boolean;
  /** Of each part, for pointers to see. */
  userData?: Record<string, unknown>;
}

export function Transducer({ size, isHot, userData = {}, ...handlers }: Shape & Handlers) {
  return (
    <group name="transducer" scale={size} {...handlers}>
      <mesh userData={userData} position-y={0.04}>
        <boxGeometry args={[1, 0.08, 0.24]} />
        <meshStandardMaterial color={PROBE_COLOUR} emissive={PROBE_COLOUR} emissiveIntensity={isHot ? 0.7 : 0.2} roughness={0.4} />
      </mesh>
      <group position-y={0.24} scale={[1, 1, 0.24]}>
        <mesh userData={userData} rotation-y={Math.PI / 4}>
          <cylinderGeometry args={[0.3, Math.SQRT1_2, 0.32, 4, 1]} />
          <meshStandardMaterial color="#39434f" roughness={0.55} flatShading />
        </mesh>
      </group>
      <mesh userData={userData} position-y={0.62}>
        <cylinderGeometry args={[0.09, 0.11, 0.46, 24]} />
        <meshStandardMaterial color="#2a323c" roughness={0.6} />
      </mesh>
    </group>
  );
}
