/** Asks the lab for the marks of one scan after another, as long as somebody looks at the table of all. */
import type { Mark, ScanCard } from "../protocol.gen";
import { allMarks, type ScanMark } from "../state/allMarks";
import { lab, type LabState } from "../state/lab";

/** Keep the table in step with the lab; returns what stops it. What has come stays. */
export function followAllMarks(): () => void {
  let asking = new AbortController();
  const askAnew = () => {
    asking.abort();
    asking = new AbortController();
    if (lab.getState().connection === "open") void askAll(lab.getState().scans, asking.signal);
  };
  askAnew();
  const unsubscribe = lab.subscribe((state, before) => void (isOther(state, before) && askAnew()));
  return () => {
    unsubscribe();
    asking.abort();
  };
}

function isOther(state: LabState, before: LabState): boolean {
  const hasCome = state.connection === "open" && before.connection !== "open";
  return hasCome || state.scans !== before.scans || state.marks !== before.marks;
}

async function askAll(scans: readonly ScanCard[], signal: AbortSignal): Promise<void> {
  const rows: ScanMark[] = [];
  const missing: string[] = [];
  for (const card of scans) {
    const marks = await marksOf(card.id, signal);
    if (signal.aborted) return;
    if (marks === null) missing.push(card.id);
    else rows.push(...marks.map((mark) => ({ subject: card.subject, timepoint: card.timepoint, scan: card.id, mark })));
  }
  allMarks.setState({ rows, missing });
}

/** Null where the lab refuses, or does not answer. */
async function marksOf(scan: string, signal: AbortSignal): Promise<readonly Mark[] | null> {
  try {
    const answer = await fetch(`api/scans/${encodeURIComponent(scan)}/marks`, { signal });
    return answer.ok ? ((await answer.json()) as { marks: Mark[] }).marks : null;
  } catch {
    return null;
  }
}
