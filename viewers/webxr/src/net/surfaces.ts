/** Surfaces of masks that are not open, from the lab, coarse: each asked for once a mask is as it is. */
import type { BufferGeometry } from "three";
import { readMesh } from "./readMesh";

export interface Surface {
  geometry: BufferGeometry;
  volumeMm3: number;
}

/** Throws where the lab does not answer, or says that there is none. */
export async function surfaceOf(scan: string, label: string): Promise<Surface> {
  const path = `api/scans/${encodeURIComponent(scan)}/labels/${encodeURIComponent(label)}`;
  const [mesh, numbers] = await Promise.all([answered(`${path}/mesh/0.glb`), answered(`${path}/measurement`)]);
  const { volume_mm3 } = (await numbers.json()) as { volume_mm3: number };
  return { geometry: await readMesh(new Uint8Array(await mesh.arrayBuffer())), volumeMm3: volume_mm3 };
}

async function answered(path: string): Promise<Response> {
  const answer = await fetch(path);
  if (answer.ok) return answer;
  const said = (await answer.json().catch(() => null)) as { error?: string } | null;
  throw new Error(said?.error ?? `the lab answered ${answer.status}`);
}
