/** The tumour's inside, seen through: within a glass shell, open where the probe cuts it. */
import { useFrame, useThree } from "@react-three/fiber";
import { useEffect, useMemo, useRef } from "react";
import { Box3, BoxGeometry, type Group, Matrix4, type Mesh, Vector3, Vector4 } from "three";
import { useStore } from "zustand";
import { volume } from "../renderer";
import { budget } from "../state/budget";
import { levels as window } from "../state/levels";
import { probe } from "../state/probe";
import { useLab } from "../useLab";
import { type Cut, useCut } from "./cut";
import { InsideMaterial } from "./insideMaterial";
import { PASSED_BY } from "./passedBy";

const KEEP_ALL = new Vector4(0, 0, 0, 1);

export function Inside({ sceneFromIndex }: { sceneFromIndex: Matrix4 }) {
  const isShown = useLab((s) => s.view === "inside" && s.levels.length > 0 && s.volume !== null);
  return isShown ? <Light sceneFromIndex={sceneFromIndex} /> : null;
}

function Light({ sceneFromIndex }: { sceneFromIndex: Matrix4 }) {
  const invalidate = useThree((s) => s.invalidate);
  const group = useRef<Group>(null);
  const mesh = useRef<Mesh>(null);
  const box = useBox(sceneFromIndex);
  const spacing = useLab((s) => s.scan?.spacing_mm);
  const levels = useStore(window);
  const steps = useStore(budget, (b) => b.rayMarchSteps);
  const isOut = useStore(probe, (s) => s.isOut);
  const cut = useCut(group, sceneFromIndex);
  const material = useMemo(() => new InsideMaterial(), []);
  const geometry = useMemo(() => new BoxGeometry(1, 1, 1).translate(0.5, 0.5, 0.5), []);
  useEffect(() => () => [material, geometry].forEach((made) => made.dispose()), [material, geometry]);
  useEffect(() => invalidate());
  useFrame(() => {
    if (!volume.current || !mesh.current || !box || !spacing) return;
    const [z, y, x] = spacing;
    const size = box.getSize(new Vector3());
    const indexFromBox = new Matrix4().makeScale(size.x, size.y, size.z).setPosition(box.min);
    const { texture, textureFromIndex } = volume.current.sampled;
    material.show(texture, {
      textureFromBox: textureFromIndex.clone().multiply(indexFromBox),
      sizeMm: new Vector3(x, y, z).multiply(size),
      kept: isOut ? keptIn(mesh.current, cut) : KEEP_ALL,
      levels,
      steps,
    });
  });
  if (!box) return null;
  const { x, y, z } = box.getSize(new Vector3());
  return (
    <group ref={group}>
      <group matrix={sceneFromIndex} matrixAutoUpdate={false}>
        <mesh
          ref={mesh}
          name="inside"
          geometry={geometry}
          material={material}
          position={box.min}
          scale={[x, y, z]}
          renderOrder={1}
          {...PASSED_BY}
        />
      </group>
    </group>
  );
}

/** Around the tumour, voxel indices (x, y, z), a voxel wider than its mask. */
function useBox(sceneFromIndex: Matrix4): Box3 | null {
  const coarse = useLab((s) => s.levels[0]?.geometry);
  return useMemo(() => {
    if (!coarse) return null;
    coarse.computeBoundingBox();
    return coarse.boundingBox!.clone().applyMatrix4(sceneFromIndex.clone().invert()).expandByScalar(1);
  }, [coarse, sceneFromIndex]);
}

/** The far side of the cut, in the box's own coordinates. */
function keptIn(mesh: Mesh, { far: { normal, constant } }: Cut): Vector4 {
  mesh.updateWorldMatrix(true, false);
  return new Vector4(normal.x, normal.y, normal.z, constant).applyMatrix4(mesh.matrixWorld.clone().transpose());
}
