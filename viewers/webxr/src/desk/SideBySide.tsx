/** What stands beside the tumour: nothing, the subject's other timepoints, or the scan's other masks. */
import { useStore } from "zustand";
import { placeBeside } from "../link";
import { alignAll, BESIDE, BESIDE_WORDS, beside } from "../state/beside";
import { timesScanned } from "../state/lab";
import { useLab } from "../useLab";

export function SideBySide() {
  const what = useStore(beside, (s) => s.what);
  const isMoved = useStore(beside, (s) => Object.keys(s.moved).length > 0);
  const scan = useLab((s) => s.scan);
  const times = useLab(timesScanned);
  if (scan === null || (times < 2 && scan.labels.length < 2)) return null;
  const isThere = { nothing: true, times: times > 1, masks: scan.labels.length > 1 };
  return (
    <section aria-labelledby="beside" className="card">
      <h2 id="beside">Side by side</h2>
      <div className="row" role="group" aria-label="What stands beside the tumour">
        {BESIDE.map((name) => (
          <button key={name} type="button" aria-pressed={name === what} disabled={!isThere[name]} onClick={() => placeBeside(name)}>
            {BESIDE_WORDS[name]}
          </button>
        ))}
      </div>
      {what !== "nothing" && (
        <p className="note">All at one scale. Click one to open it; draw it to lay it elsewhere.</p>
      )}
      {what !== "nothing" && isMoved && (
        <button type="button" className="wide" onClick={alignAll}>
          Align by centroid
        </button>
      )}
    </section>
  );
}
