/**
 * The current frame at its place: its parent's coordinates are voxel indices (x, y, z).
 *
 * A frame that has not come is shown as the volume has it, blurred; before that, the nearest.
 */
import { useFrame, useThree } from "@react-three/fiber";
import { useEffect, useMemo, useRef } from "react";
import type { Mesh } from "three";
import { useStore } from "zustand";
import { volume } from "../renderer";
import { drawnFrame } from "../state/lab";
import { layers } from "../state/layers";
import { levels as window } from "../state/levels";
import { useLab } from "../useLab";
import { frameGeometry } from "./frameGeometry";
import { MEASURED } from "./pick";
import { PlaneMaterial } from "./planeMaterial";
import { SliceMaterial } from "./sliceMaterial";
import { OPACITY_AROUND } from "./sliceShader";

export const SLICE_NAME = "slice";

export function SlicePlane() {
  const slice = useLab((s) => s.slice);
  const frame = useLab(drawnFrame);
  const width = useLab((s) => s.scan?.shape[2] ?? 0);
  const height = useLab((s) => s.scan?.shape[1] ?? 0);
  const around = useLab((s) => (s.scan?.label === null ? 1 : OPACITY_AROUND));
  const levels = useStore(window);
  const isInTheWay = useLab((s) => s.view === "inside");
  const isShown = useStore(layers, (s) => s.frame) && !isInTheWay;
  const isOutlined = useStore(layers, (s) => s.outline);
  const invalidate = useThree((s) => s.invalidate);
  const plane = useRef<Mesh>(null);
  const geometry = useMemo(() => frameGeometry(width, height), [width, height]);
  const sharp = useMemo(() => new SliceMaterial(), []);
  const blurred = useMemo(() => new PlaneMaterial(), []);
  useEffect(() => () => geometry.dispose(), [geometry]);
  useEffect(() => () => [sharp, blurred].forEach((material) => material.dispose()), [sharp, blurred]);
  useEffect(() => {
    if (slice) sharp.show(slice);
    sharp.draw(levels, isOutlined);
    invalidate();
  }, [slice, frame, levels, isOutlined, isShown, sharp, invalidate]);
  const isSharp = slice?.frame === frame;
  useFrame(() => {
    if (isSharp || !plane.current || !volume.current) return;
    plane.current.updateMatrix();
    blurred.show(volume.current.sampled, { indexFromPlane: plane.current.matrix, levels, isOutlined, around });
  });
  if (frame === null || !isShown) return null;
  const material = isSharp ? sharp : blurred;
  return <mesh ref={plane} name={SLICE_NAME} geometry={geometry} material={material} position-z={frame} userData={MEASURED} renderOrder={1} />;
}
