/** GLB → geometry, in the file's own metres. Compressed ones are unpacked on a thread of their own. */
import { BufferAttribute, BufferGeometry, type InterleavedBufferAttribute, Mesh } from "three";
import { MeshoptDecoder } from "three/examples/jsm/libs/meshopt_decoder.module.js";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";

const loader = new GLTFLoader().setMeshoptDecoder(MeshoptDecoder);
MeshoptDecoder.useWorkers?.(1);

/** The first mesh of a GLB; throws where it is none or holds none. */
export async function readMesh(glb: Uint8Array): Promise<BufferGeometry> {
  const { scene } = await loader.parseAsync(glb.slice().buffer, "");
  scene.updateMatrixWorld();
  let found: BufferGeometry | null = null;
  scene.traverse((object) => {
    if (found === null && object instanceof Mesh && object.geometry instanceof BufferGeometry) {
      found = inFloats(object.geometry).applyMatrix4(object.matrixWorld);
    }
  });
  if (found === null) throw new Error("expected a mesh in the GLB, got none");
  return found;
}

/** Whole numbers hold no metres: a matrix can be applied to floats only. */
function inFloats(geometry: BufferGeometry): BufferGeometry {
  for (const [name, attribute] of Object.entries(geometry.attributes)) {
    geometry.setAttribute(name, floatsOf(attribute));
  }
  return geometry;
}

function floatsOf(attribute: BufferAttribute | InterleavedBufferAttribute): BufferAttribute {
  const { count, itemSize } = attribute;
  const floats = new Float32Array(count * itemSize);
  for (let i = 0, at = 0; i < count; i += 1) {
    for (let k = 0; k < itemSize; k += 1, at += 1) floats[at] = attribute.getComponent(i, k);
  }
  return new BufferAttribute(floats, itemSize);
}
