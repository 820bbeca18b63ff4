/** Long work that is under way on the server, whoever asked for it. */
import { doing } from "../format";
import { cancelJob } from "../net/jobs";
import type { JobState } from "../protocol.gen";
import { useLab } from "../useLab";

export function Jobs() {
  const jobs = useLab((s) => s.jobs);
  if (jobs.length === 0) return null;
  return (
    <section aria-labelledby="jobs" className="card">
      <h2 id="jobs">Under way</h2>
      <ul className="jobs">
        {jobs.map((job) => (
          <Job key={job.id} job={job} />
        ))}
      </ul>
    </section>
  );
}

function Job({ job }: { job: JobState }) {
  const name = `${doing(job)}: ${job.what}`;
  return (
    <li>
      <span>
        {name}
        {job.total > 1 && `, ${job.done} of ${job.total}`}
      </span>
      <button type="button" aria-label={`Cancel: ${doing(job)}`} onClick={() => void cancelJob(job.id)}>
        Cancel
      </button>
      <progress aria-label={name} max={job.total || 1} value={job.total ? job.done : undefined} />
    </li>
  );
}
