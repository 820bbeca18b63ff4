/** The arc to where one goes, as dots, and a ring where it comes down. */
import { useFrame } from "@react-three/fiber";
import { useEffect, useMemo, useRef } from "react";
import { type Group, type InstancedMesh, Matrix4 } from "three";
import { OUTLINE_COLOUR } from "../scene/sliceShader";
import { aim } from "./aiming";

const MOST_DOTS = 52;
const ABOVE_FLOOR_M = 0.004;
const UNTOUCHED = { raycast: () => undefined, pointerEvents: "none" } as const;

export function Aim() {
  const dots = useRef<InstancedMesh>(null);
  const ring = useRef<Group>(null);
  const matrix = useMemo(() => new Matrix4(), []);
  useEffect(() => () => void (aim.arc = null), []);
  useFrame(() => {
    if (!dots.current || !ring.current) return;
    const points = aim.arc?.points ?? [];
    const landing = aim.arc?.landing ?? null;
    dots.current.count = Math.min(points.length, MOST_DOTS);
    points.slice(0, MOST_DOTS).forEach(({ x, y, z }, i) => dots.current?.setMatrixAt(i, matrix.makeTranslation(x, y, z)));
    dots.current.instanceMatrix.needsUpdate = true;
    dots.current.visible = points.length > 0;
    ring.current.visible = landing !== null;
    if (landing) ring.current.position.copy(landing).y += ABOVE_FLOOR_M;
  });
  return (
    <>
      <instancedMesh ref={dots} name="aim" args={[undefined, undefined, MOST_DOTS]} frustumCulled={false} visible={false} {...UNTOUCHED}>
        <sphereGeometry args={[0.008, 8, 6]} />
        <meshBasicMaterial color={OUTLINE_COLOUR} />
      </instancedMesh>
      <group ref={ring} visible={false} rotation-x={-Math.PI / 2}>
        <mesh {...UNTOUCHED}>
          <ringGeometry args={[0.16, 0.2, 48]} />
          <meshBasicMaterial color={OUTLINE_COLOUR} transparent opacity={0.9} depthWrite={false} />
        </mesh>
        <mesh {...UNTOUCHED}>
          <circleGeometry args={[0.16, 48]} />
          <meshBasicMaterial color={OUTLINE_COLOUR} transparent opacity={0.18} depthWrite={false} />
        </mesh>
      </group>
    </>
  );
}
