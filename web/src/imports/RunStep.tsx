import { useMutation } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import type { ObjectDef } from "@/api/catalog.ts";
import { type Job, undoJob } from "@/api/jobs.ts";
import { links } from "@/links.ts";
import { Button, LinkButton } from "@/ui/Button.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import { Outcome } from "./CheckStep.tsx";
import css from "./Imports.module.css";
import { resultOf } from "./importApi.ts";
import { JobProgress } from "./JobProgress.tsx";
import { useJob } from "./useJob.ts";

/** The import itself: its progress, then what came of it. The page may be left; the job goes on. */
export function RunStep({ object, job: asked }: { object: ObjectDef; job: Job }) {
  const job = useJob(asked) ?? asked;
  const result = job.state === "done" ? resultOf(job) : null;
  const many = object.plural_label.toLowerCase();
  const undo = useMutation({
    mutationFn: () => undoJob(job.id),
    onSuccess: () => say("The import is being taken back", "What somebody has changed since stays."),
    onError: (thrown) => sayProblem("It could not be taken back", thrown),
  });
  return (
    <>
      {result ? (
        <Outcome object={object} job={job} result={result} />
      ) : (
        <JobProgress job={job} waiting="The file is being imported. You may leave this page" />
      )}
      <footer className={css.footer}>
        {job.undoable && (
          <Button icon={<Undo2 aria-hidden />} busy={undo.isPending} onClick={() => undo.mutate()}>
            Take the import back
          </Button>
        )}
        <LinkButton variant="primary" to={links.list(object.table, { sort: "-created_at" })}>
          Show {many}
        </LinkButton>
      </footer>
    </>
  );
}
