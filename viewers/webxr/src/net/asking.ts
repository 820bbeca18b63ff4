/** Asking the lab for something over HTTP; what it refuses becomes a sentence for the user. */
import { lab } from "../state/lab";

/** The answer's JSON, {} where it is empty; null where it was refused or did not come. */
export async function asked(method: string, path: string, body?: object): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  try {
    const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
    const said: unknown = answer.status === 204 ? {} : await answer.json();
    if (answer.ok) return said;
    lab.setState({ failure: sentenceOf(said) });
  } catch {
    lab.setState({ failure: "The lab does not answer; try again when it does." });
  }
  return null;
}

function sentenceOf(answer: unknown): string {
  const { error } = answer as { error?: unknown };
  return typeof error === "string" ? error : "The lab refused, and did not say why; see its log.";
}
