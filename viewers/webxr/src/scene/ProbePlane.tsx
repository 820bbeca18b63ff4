/** What the probe sees, at its place: a child of the group that has the probe's pose. */
import { useFrame, useThree } from "@react-three/fiber";
import { useEffect, useMemo } from "react";
import { BufferGeometry, Float32BufferAttribute, Matrix4, PlaneGeometry } from "three";
import { useStore } from "zustand";
import { volume } from "../renderer";
import { layers } from "../state/layers";
import { levels as window } from "../state/levels";
import type { Section } from "../state/probe";
import { useLab } from "../useLab";
import { isOutlineDrawn } from "./outlined";
import { MEASURED } from "./pick";
import { PlaneMaterial } from "./planeMaterial";
import { OPACITY_AROUND } from "./sliceShader";
import { PASSED_BY } from "./passedBy";

export const PROBE_COLOUR = "#5ec8ff";
export const PROBE_NAME = "probe";

/**
 * Its edge alone before the scan's grey levels have come.
 *
 * @param section where the plane meets the scan.
 * @param indexFromPlane metres of the plane → voxel index (x, y, z).
 */
export function ProbePlane({ section, indexFromPlane }: { section: Section; indexFromPlane: Matrix4 }) {
  const levels = useStore(window);
  useStore(layers, (s) => s.outline); // drawn anew when it is switched
  const isMasked = useLab((s) => s.scan?.label !== null);
  const hasGreyLevels = useLab((s) => s.volume !== null);
  const view = useLab((s) => s.view);
  const invalidate = useThree((s) => s.invalidate);
  const material = useMemo(() => new PlaneMaterial({ rim: PROBE_COLOUR }), []);
  const geometry = useMemo(() => new PlaneGeometry(1, 1), []);
  const edge = useMemo(() => unitSquare(), []);
  const { left, bottom, width, height } = section;
  const planeFromMesh = useMemo(
    () => new Matrix4().makeScale(width, height, 1).setPosition(left + width / 2, bottom + height / 2, 0),
    [left, bottom, width, height],
  );
  useEffect(() => () => [material, geometry, edge].forEach((made) => made.dispose()), [material, geometry, edge]);
  useEffect(() => invalidate());
  useFrame(() => {
    if (!volume.current) return;
    const indexFromMesh = indexFromPlane.clone().multiply(planeFromMesh);
    const around = isMasked && view !== "solid" ? OPACITY_AROUND : 1;
    material.show(volume.current.sampled, { indexFromPlane: indexFromMesh, levels, isOutlined: isOutlineDrawn(), around });
  });
  if (!hasGreyLevels) {
    return (
      <lineLoop name="probe edge" geometry={edge} matrix={planeFromMesh} matrixAutoUpdate={false} {...PASSED_BY}>
        <lineBasicMaterial color={PROBE_COLOUR} />
      </lineLoop>
    );
  }
  return (
    <mesh
      name={PROBE_NAME}
      userData={MEASURED}
      geometry={geometry}
      material={material}
      matrix={planeFromMesh}
      matrixAutoUpdate={false}
      renderOrder={1}
      {...PASSED_BY}
    />
  );
}

/** The corners of `PlaneGeometry(1, 1)`, round about. */
function unitSquare(): BufferGeometry {
  const corners = [-0.5, -0.5, 0, 0.5, -0.5, 0, 0.5, 0.5, 0, -0.5, 0.5, 0];
  return new BufferGeometry().setAttribute("position", new Float32BufferAttribute(corners, 3));
}
