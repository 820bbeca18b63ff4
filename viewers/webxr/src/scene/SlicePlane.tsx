/** The current frame at its place: its parent's coordinates are voxel indices (x, y, z). */
import { useThree } from "@react-three/fiber";
import { useEffect, useMemo } from "react";
import { BufferAttribute, BufferGeometry } from "three";
import { useLab } from "../useLab";
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

/** A rectangle over the pixels' outer edges; the first row of pixels is at v = 0. */
export function frameGeometry(width: number, height: number): BufferGeometry {
  const [right, bottom] = [width - 0.5, height - 0.5];
  const corners = [-0.5, -0.5, 0, right, -0.5, 0, right, bottom, 0, -0.5, bottom, 0];
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(corners), 3));
  geometry.setAttribute("uv", new BufferAttribute(new Float32Array([0, 0, 1, 0, 1, 1, 0, 1]), 2));
  geometry.setIndex([0, 1, 2, 0, 2, 3]);
  return geometry;
}
