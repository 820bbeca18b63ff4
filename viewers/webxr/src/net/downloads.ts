/** Files that this page asked for: saved by the browser as soon as the lab has made them. */
import type { JobState } from "../protocol.gen";
import { asked } from "./asking";
import { placeOf } from "./jobs";
import { save } from "./save";

const SURFACES = ["glb", "stl", "ply", "obj"] as const;
type Surface = (typeof SURFACES)[number];
export type Format = "nii.gz" | "nrrd" | "seg.nrrd" | "mha" | "dcm" | "tif" | Surface;

/** Jobs of this page whose file has not come yet. */
const awaited = new Set<string>();

/** Have a mask written as a file; its surface as it is shown, which ends as drawn. */
export async function exportMask(scan: string, label: string, format: Format): Promise<void> {
  const ends = isSurface(format) ? { ends: "drawn" } : {};
  const job = await asked("POST", "api/jobs", { kind: "export", scan, label, format, ...ends });
  if (job === null) return;
  const { id } = job as JobState;
  awaited.add(id);
  // It may have ended before the answer came, and then nothing more is said of it.
  const now = await asked("GET", placeOf(id));
  if (now !== null) saveIfDone(now as JobState);
}

/** Save what came of a job, where this page waits for it. */
export function saveIfDone({ id, state, file }: JobState): void {
  if (state === "waiting" || state === "running" || !awaited.delete(id)) return;
  if (state === "done") save(`${placeOf(id)}/file`, file);
}

function isSurface(format: Format): format is Surface {
  return (SURFACES as readonly string[]).includes(format);
}
