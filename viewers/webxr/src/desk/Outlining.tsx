/** Have the model outline the scan that is open. */
import { findTumour } from "../net/jobs";
import type { JobState } from "../protocol.gen";
import { useLab } from "../useLab";

export function Outlining() {
  const scan = useLab((s) => s.scan?.scan);
  const isUnderWay = useLab((s) => s.jobs.some((job) => isOf(job, s.scan?.scan)));
  if (scan === undefined) return null;
  return (
    <section aria-labelledby="outlining" className="card">
      <h2 id="outlining">Outlining</h2>
      <p className="note">The model looks for the tumour on every frame; its mask is stored under the name auto. It takes minutes, and can be cancelled.</p>
      <button type="button" className="wide" disabled={isUnderWay} onClick={() => void findTumour(scan)}>
        Find the tumour
      </button>
    </section>
  );
}

function isOf({ kind, scan, label }: JobState, open: string | undefined): boolean {
  return kind === "segment" && scan === open && label === "auto";
}
