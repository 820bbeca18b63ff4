/** Have the model outline the scan that is open, and see how far it is. */
import { cancelJob, findTumour } from "../net/jobs";
import type { JobState } from "../protocol.gen";
import { useLab } from "../useLab";

export function Outlining() {
  const scan = useLab((s) => s.scan?.scan);
  const jobs = useLab((s) => s.jobs);
  if (scan === undefined) return null;
  const isUnderWay = jobs.some((job) => job.scan === scan && job.label === "auto");
  return (
    <section aria-labelledby="outlining" className="card">
      <h2 id="outlining">Outlining</h2>
      <p className="note">The model looks for the tumour on every frame; its mask becomes the label auto.</p>
      <button type="button" className="wide" disabled={isUnderWay} onClick={() => void findTumour(scan)}>
        Find the tumour
      </button>
      <ul className="jobs">
        {jobs.map((job) => (
          <Job key={job.id} job={job} />
        ))}
      </ul>
    </section>
  );
}

function Job({ job }: { job: JobState }) {
  const name = `${job.scan}: ${job.what}`;
  return (
    <li>
      <span>{name}</span>
      <button type="button" aria-label={`Cancel ${job.scan}`} onClick={() => void cancelJob(job.id)}>
        Cancel
      </button>
      <progress aria-label={name} max={job.total || 1} value={job.total ? job.done : undefined} />
    </li>
  );
}
