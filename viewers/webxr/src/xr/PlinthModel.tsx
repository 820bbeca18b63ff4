/** A slim column with a plate on top, matt and dark, so that the tumour is what is looked at. */
import { useStore } from "zustand";
import { PLINTH_RADIUS_M, plinth } from "./plinth";

const PLATE_M = 0.012;
const BASE_M = 0.02;
const UNTOUCHED = { raycast: () => undefined, pointerEvents: "none" } as const;

export function PlinthModel() {
  const is = useStore(plinth, (s) => s.is);
  if (!is) return null;
  const { x, z, top, foot } = is;
  const high = top - foot;
  return (
    <group name="plinth" position={[x, foot, z]}>
      <mesh position-y={high - PLATE_M / 2} {...UNTOUCHED}>
        <cylinderGeometry args={[PLINTH_RADIUS_M, PLINTH_RADIUS_M * 0.97, PLATE_M, 48]} />
        <meshStandardMaterial color="#3a4657" roughness={0.55} />
      </mesh>
      <mesh position-y={(high - PLATE_M + BASE_M) / 2} {...UNTOUCHED}>
        <cylinderGeometry args={[0.035, 0.05, high - PLATE_M - BASE_M, 32]} />
        <meshStandardMaterial color="#222c39" roughness={0.7} />
      </mesh>
      <mesh position-y={BASE_M / 2} {...UNTOUCHED}>
        <cylinderGeometry args={[PLINTH_RADIUS_M * 0.95, PLINTH_RADIUS_M * 1.1, BASE_M, 48]} />
        <meshStandardMaterial color="#2c3746" roughness={0.65} />
      </mesh>
    </group>
  );
}
