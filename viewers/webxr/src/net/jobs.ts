/** Long work is asked for over HTTP; how far it is comes over the line, as to every page. */
import { asked } from "./asking";

/** Have the shipped model look for the tumour of a scan, without a box. */
export async function findTumour(scan: string): Promise<void> {
  await asked("POST", "api/jobs", { scan, label: "auto" });
}

export async function cancelJob(id: string): Promise<void> {
  await asked("DELETE", placeOf(id));
}

/** Where the lab tells of a job. */
export function placeOf(id: string): string {
  return `api/jobs/${encodeURIComponent(id)}`;
}
