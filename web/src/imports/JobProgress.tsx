import { type Job, underWay } from "@/api/jobs.ts";
import { formatNumber } from "@/format/format.ts";
import css from "./Imports.module.css";

/** How far a job is, while it is under way; why it ended, if it failed. */
export function JobProgress({ job, waiting }: { job: Job | undefined; waiting: string }) {
  if (job && !underWay(job))
    return (
      <p role="alert" className={css.problem}>
        {job.state === "cancelled" ? "It was stopped." : job.message}
      </p>
    );
  return (
    <div className={css.progress} role="status">
      <progress aria-label={waiting} {...(job?.total ? { max: job.total, value: job.done } : {})} />
      <p>
        {waiting}
        {job && job.done > 0 ? `: ${formatNumber(job.done)} rows so far.` : "…"}
      </p>
    </div>
  );
}
