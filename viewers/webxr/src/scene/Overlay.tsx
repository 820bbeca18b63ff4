/** A geometry over the scene, drawn twice: what is seen, and faintly what is hidden. */
import { useThree } from "@react-three/fiber";
import { useEffect } from "react";
import type { BufferGeometry, Material } from "three";

interface Parts {
  name: string;
  geometry: BufferGeometry;
  materials: readonly Material[];
  order: number;
}

export function Overlay({ name, geometry, materials, order }: Parts) {
  const invalidate = useThree((s) => s.invalidate);
  useEffect(() => {
    invalidate();
    return () => geometry.dispose();
  }, [geometry, invalidate]);
  useEffect(() => () => materials.forEach((material) => material.dispose()), [materials]);
  return materials.map((material) => (
    <mesh
      key={material.uuid}
      name={name}
      geometry={geometry}
      material={material}
      renderOrder={order}
      frustumCulled={false}
      raycast={() => undefined}
      pointerEvents="none"
    />
  ));
}
