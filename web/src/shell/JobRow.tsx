import { CircleAlert, CircleCheck, CircleSlash, Download, Undo2, X } from "lucide-react";
import { useState } from "react";
import { download } from "@/api/client.ts";
import { cancelJob, fetchFile, fileOf, type Job, undoJob, underWay } from "@/api/jobs.ts";
import { formatAge, formatMoment, formatNumber } from "@/format/format.ts";
import { Button, IconButton } from "@/ui/Button.tsx";
import { sayProblem } from "@/ui/toast.tsx";
import css from "./JobTray.module.css";

/** One job: how far it is, or what came of it and what can be done with that. */
export function JobRow({ job }: { job: Job }) {
  const [busy, setBusy] = useState(false);
  const act = (action: () => Promise<unknown>, failed: string) => async () => {
    setBusy(true);
    try {
      await action();
    } catch (thrown) {
      sayProblem(failed, thrown);
    } finally {
      setBusy(false);
    }
  };
  const active = underWay(job);
  const file = fileOf(job);
  const problems = `/api/jobs/${job.id}/problems.csv`;
  return (
    <li className={css.job}>
      <div className={css.head}>
        <StateIcon job={job} />
        <span className={css.name}>{job.title}</span>
        <time className={css.when} dateTime={job.created_at}>
          {formatAge(job.created_at)}
        </time>
        {active && (
          <IconButton
            size="s"
            label={`Cancel: ${job.title}`}
            reason={job.cancel_requested || busy ? "It is stopping" : undefined}
            onClick={() => void act(() => cancelJob(job.id), "It could not be stopped")()}
          >
            <X aria-hidden />
          </IconButton>
        )}
      </div>
      {active && (
        <progress
          className={css.progress}
          aria-label={`Progress: ${job.title}`}
          {...(job.total ? { max: job.total, value: job.done } : {})}
        />
      )}
      <p className={css.detail}>
        {detail(job)}
        {file && ` The file is kept until ${formatMoment(file.until)}.`}
      </p>
      {!active && (
        <div className={css.verbs}>
          {file && (
            <Button
              size="s"
              icon={<Download aria-hidden />}
              onClick={() => void act(() => fetchFile(job), "The file could not be fetched")()}
            >
              Download {file.name}
            </Button>
          )}
          {job.problems > 0 && (
            <Button
              size="s"
              icon={<Download aria-hidden />}
              onClick={() => void act(() => download(problems, "problems.csv"), "The file could not be read")()}
            >
              What could not be done
            </Button>
          )}
          {job.undoable && (
            <Button
              size="s"
              icon={<Undo2 aria-hidden />}
              busy={busy}
              onClick={() => void act(() => undoJob(job.id), "It could not be taken back")()}
            >
              Undo
            </Button>
          )}
        </div>
      )}
    </li>
  );
}

function StateIcon({ job }: { job: Job }) {
  if (underWay(job)) return <span className={css.spinner} role="img" aria-label="Under way" />;
  if (job.state === "failed") return <CircleAlert className={css.failed} aria-label="Failed" />;
  if (job.state === "cancelled") return <CircleSlash className={css.stopped} aria-label="Cancelled" />;
  return <CircleCheck className={css.done} aria-label="Done" />;
}

function detail(job: Job): string {
  const done = formatNumber(job.done);
  const total = job.total === null || job.total === undefined ? "" : ` of ${formatNumber(job.total)}`;
  if (job.state === "queued") return "Waits for its turn.";
  if (job.cancel_requested && job.state === "running") return `Stopping after ${done}${total}.`;
  if (job.state === "failed") return `${job.message ?? "It failed."} ${done}${total} were dealt with before.`;
  const words = `${done}${job.state === "done" ? "" : total} dealt with`;
  const problems = job.problems > 0 ? `, ${formatNumber(job.problems)} could not be done` : "";
  return `${words}${problems}${job.undone_by ? "; taken back" : ""}.`;
}
