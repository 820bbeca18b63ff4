/** How low a thing reaches in the room. */
import { type BufferGeometry, type Mesh, type Object3D, Vector3 } from "three";

/** Of the mesh of this name below `group`: the height of its lowest point, below the group's middle. */
export function footOf(group: Object3D, name: string): Vector3 | null {
  const mesh = group.getObjectByName(name) as Mesh<BufferGeometry> | undefined;
  const positions = mesh?.geometry.getAttribute("position");
  if (!mesh || !positions) return null;
  group.updateWorldMatrix(true, true);
  const [, x = 0, , , , y = 0, , , , z = 0, , , , height = 0] = mesh.matrixWorld.elements;
  let lowest = Infinity;
  for (let i = 0; i < positions.count; i += 1) {
    lowest = Math.min(lowest, x * positions.getX(i) + y * positions.getY(i) + z * positions.getZ(i));
  }
  return new Vector3().setFromMatrixPosition(group.matrixWorld).setY(lowest + height);
}
