/** A ring where the tumour would stand if it were let go now. */
import { useFrame } from "@react-three/fiber";
import { type RefObject, useRef } from "react";
import { type Group, MathUtils } from "three";
import { OUTLINE_COLOUR } from "../scene/sliceShader";
import { lab } from "../state/lab";
import { held } from "./held";

const ABOVE_M = 0.003;
const RADIUS_M = { smallest: 0.02, largest: 0.12 };

export function Landing({ tumour }: { tumour: RefObject<Group | null> }) {
  const ring = useRef<Group>(null);
  useFrame(() => {
    const { landing } = held.getState();
    if (!ring.current || !tumour.current) return;
    ring.current.visible = landing !== null;
    if (!landing) return;
    const { position, scale } = tumour.current;
    ring.current.position.set(position.x, landing.y + ABOVE_M, position.z);
    const radius = (lab.getState().subject?.radius ?? 0) * scale.x;
    ring.current.scale.setScalar(MathUtils.clamp(radius, RADIUS_M.smallest, RADIUS_M.largest));
  });
  return (
    <group ref={ring} name="landing" visible={false} rotation-x={-Math.PI / 2}>
      <mesh raycast={() => undefined} pointerEvents="none">
        <ringGeometry args={[0.92, 1, 64]} />
        <meshBasicMaterial color={OUTLINE_COLOUR} transparent opacity={0.9} depthWrite={false} />
      </mesh>
    </group>
  );
}
