/** Long work is asked for over HTTP; how far it is comes over the line, as to every page. */
import { lab } from "../state/lab";

/** Have the shipped model look for the tumour of a scan, without a box. */
export async function findTumour(scan: string): Promise<void> {
  await asked("POST", "api/jobs", { scan, label: "auto" });
}

export async function cancelJob(id: string): Promise<void> {
  await asked("DELETE", `api/jobs/${encodeURIComponent(id)}`);
}

async function asked(method: string, path: string, body?: object): Promise<void> {
  const headers = { "content-type": "application/json" };
  try {
    const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) lab.setState({ failure: sentenceOf(await answer.json()) });
  } catch {
    lab.setState({ failure: "The lab does not answer; try again when it does." });
  }
}

function sentenceOf(answer: unknown): string {
  const { error } = answer as { error?: unknown };
  return typeof error === "string" ? error : "The lab refused, and did not say why; see its log.";
}
