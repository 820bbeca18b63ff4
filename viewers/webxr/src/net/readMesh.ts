/** GLB → geometry, in the file's own metres. */
import { BufferGeometry, Mesh } from "three";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";

const loader = new GLTFLoader();

/** The first mesh of a GLB; throws where it is none or holds none. */
export async function readMesh(glb: Uint8Array): Promise<BufferGeometry> {
  const { scene } = await loader.parseAsync(glb.slice().buffer, "");
  scene.updateMatrixWorld();
  let found: BufferGeometry | null = null;
  scene.traverse((object) => {
    if (found === null && object instanceof Mesh && object.geometry instanceof BufferGeometry) {
      found = object.geometry.applyMatrix4(object.matrixWorld);
    }
  });
  if (found === null) throw new Error("expected a mesh in the GLB, got none");
  return found;
}
