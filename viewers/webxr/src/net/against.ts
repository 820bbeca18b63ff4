/** Has another mask compared with the one that is open; anew when one of them, or the scan, is another. */
import { BufferAttribute, type BufferGeometry, Color } from "three";
import { against, type Compared } from "../state/against";
import { colourOfDistance, rangeMm } from "../state/distances";
import { lab } from "../state/lab";
import { readMesh } from "./readMesh";

/** As three.js names `_DISTANCE_MM`. */
const DISTANCE = "_distance_mm";

/** Compare with this mask; null ends it. */
export async function compareWith(other: string | null): Promise<void> {
  against.setState({ other, compared: null });
  const { scan } = lab.getState();
  if (other === null || !scan?.label) return;
  const of = (label: string, to: string) => surface(scan.scan, label, to);
  try {
    const [own, theirs] = await Promise.all([of(scan.label, other), of(other, scan.label)]);
    const { other: wanted } = against.getState();
    if (wanted === other && lab.getState().scan === scan) against.setState({ compared: compared(own, theirs) });
  } catch (error) {
    against.setState({ other: null });
    lab.setState({ failure: `${other} cannot be compared: ${(error as Error).message}` });
  }
}

async function surface(scan: string, label: string, to: string): Promise<BufferGeometry> {
  const names = [scan, label, to].map(encodeURIComponent);
  const answer = await fetch(`api/scans/${names[0]}/labels/${names[1]}/against/${names[2]}/mesh.glb`);
  if (!answer.ok) {
    const said = (await answer.json().catch(() => null)) as { error?: string } | null;
    throw new Error(said?.error ?? `the lab answered ${answer.status}`);
  }
  return readMesh(new Uint8Array(await answer.arrayBuffer()));
}

function compared(own: BufferGeometry, other: BufferGeometry): Compared {
  const distances = own.attributes[DISTANCE]?.array ?? new Float32Array();
  const range = rangeMm(distances);
  own.setAttribute("color", new BufferAttribute(coloursOf(distances, range), 3));
  return { own, other, rangeMm: range };
}

function coloursOf(distances: ArrayLike<number>, range: number): Float32Array {
  const colours = new Float32Array(distances.length * 3);
  const colour = new Color();
  for (let i = 0; i < distances.length; i += 1) {
    colour.setRGB(...colourOfDistance((distances[i] ?? 0) / range), "srgb").toArray(colours, i * 3);
  }
  return colours;
}

lab.subscribe(({ scan, levels }, before) => {
  const { other } = against.getState();
  if (other === null) return;
  const isSameMask = scan?.scan === before.scan?.scan && scan?.label === before.scan?.label;
  if (!isSameMask) void compareWith(scan?.scan === before.scan?.scan && scan?.label !== other ? other : null);
  else if (levels[0]?.sha256 !== before.levels[0]?.sha256 && before.levels[0]) void compareWith(other);
});
