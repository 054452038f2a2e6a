import { useQuery } from "@tanstack/react-query";
import { ListChecks } from "lucide-react";
import { useEffect, useRef } from "react";
import { fetchFile, fileOf, type Job, jobsQuery, undoJob, underWay } from "@/api/jobs.ts";
import { formatNumber } from "@/format/format.ts";
import { IconButton } from "@/ui/Button.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { say, sayProblem, sayWithAction, sayWithUndo } from "@/ui/toast.tsx";
import { JobRow } from "./JobRow.tsx";
import css from "./JobTray.module.css";

/** What runs in the background, and what came of it. */
export function JobTray() {
  const jobs = useQuery(jobsQuery).data?.items ?? [];
  useAnnouncedEnds(jobs);
  const active = jobs.filter(underWay).length;
  return (
    <Popover
      label="Jobs"
      align="end"
      width={380}
      trigger={
        <IconButton label={active > 0 ? `Jobs: ${active} under way` : "Jobs"} className={css.trigger}>
          <ListChecks aria-hidden />
          {active > 0 && (
            <span className={css.badge} aria-hidden>
              {active}
            </span>
          )}
        </IconButton>
      }
    >
      <h2 className={css.title}>Jobs</h2>
      {jobs.length === 0 ? (
        <p className={css.empty}>Changes of many records, mails to many, imports and exports show up here.</p>
      ) : (
        <ul className={css.list}>
          {jobs.map((job) => (
            <JobRow key={job.id} job={job} />
          ))}
        </ul>
      )}
    </Popover>
  );
}

/** Says so when a job ends that was seen under way. */
function useAnnouncedEnds(jobs: readonly Job[]): void {
  const followed = useRef(new Set<string>());
  useEffect(() => {
    for (const job of jobs) {
      if (underWay(job)) followed.current.add(job.id);
      else if (followed.current.delete(job.id)) announce(job);
    }
  }, [jobs]);
}

function announce(job: Job): void {
  if (job.state === "failed") return sayProblem(`${job.title}: failed`, new Error(job.message ?? undefined));
  const words = `${job.title}: ${outcome(job)}`;
  if (fileOf(job))
    return sayWithAction(words, "Download", () => {
      fetchFile(job).catch((thrown: unknown) => sayProblem("The file could not be fetched", thrown));
    });
  if (!job.undoable) return say(words);
  sayWithUndo(words, () => {
    undoJob(job.id).catch((thrown: unknown) => sayProblem("It could not be taken back", thrown));
  });
}

function outcome(job: Job): string {
  const done = `${formatNumber(job.done - job.problems)} done`;
  const stopped = job.state === "cancelled" ? "stopped, " : "";
  return job.problems > 0 ? `${stopped}${done}, ${formatNumber(job.problems)} not` : `${stopped}${done}`;
}
