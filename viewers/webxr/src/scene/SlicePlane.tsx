/** The current frame at its place: its parent's coordinates are voxel indices (x, y, z). */
import { useThree } from "@react-three/fiber";
import { useEffect, useMemo } from "react";
import { useLab } from "../useLab";
import { frameGeometry } from "./frameGeometry";
import { SliceMaterial } from "./sliceMaterial";

export const SLICE_NAME = "slice";

export function SlicePlane() {
  const slice = useLab((s) => s.slice);
  const invalidate = useThree((s) => s.invalidate);
  const width = slice?.width ?? 0;
  const height = slice?.height ?? 0;
  const geometry = useMemo(() => frameGeometry(width, height), [width, height]);
  const material = useMemo(() => new SliceMaterial(), []);
  useEffect(() => () => geometry.dispose(), [geometry]);
  useEffect(() => () => material.dispose(), [material]);
  useEffect(() => {
    if (slice) material.show(slice);
    invalidate();
  }, [slice, material, invalidate]);
  if (!slice) return null;
  return <mesh name={SLICE_NAME} geometry={geometry} material={material} position-z={slice.frame} renderOrder={1} />;
}
