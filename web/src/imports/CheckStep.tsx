import { useMutation, useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import type { ObjectDef } from "@/api/catalog.ts";
import { fetchFile, fileOf, type Job, underWay } from "@/api/jobs.ts";
import { formatCount, formatNumber } from "@/format/format.ts";
import { Button } from "@/ui/Button.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { sayProblem } from "@/ui/toast.tsx";
import { StepFooter } from "./StepFooter.tsx";
import css from "./Imports.module.css";
import { type ImportChoice, type ImportResult, resultOf, startImport } from "./importApi.ts";
import { JobProgress } from "./JobProgress.tsx";
import { useJob } from "./useJob.ts";

export interface CheckStepProps {
  object: ObjectDef;
  choice: ImportChoice;
  onBack: () => void;
  onStarted: (job: Job) => void;
}

/** Tries the import without writing anything, and says what would become of the rows. */
export function CheckStep({ object, choice, onBack, onStarted }: CheckStepProps) {
  const check = useQuery({
    queryKey: ["import-check", object.table, choice],
    queryFn: () => startImport(object.table, choice, true),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const job = useJob(check.data);
  const run = useMutation({
    mutationFn: () => startImport(object.table, choice, false),
    onSuccess: onStarted,
    onError: (thrown) => sayProblem("The import was not started", thrown),
  });
  const result = job?.state === "done" ? resultOf(job) : null;
  const good = result ? result.created + result.updated : 0;
  if (check.error)
    return (
      <>
        <ProblemState error={check.error} onRetry={() => void check.refetch()} />
        <StepFooter onBack={onBack} onNext={() => void check.refetch()} verb="Check again" />
      </>
    );
  return (
    <>
      {!result && <JobProgress job={job} waiting="The file is being checked" />}
      {result && job && <Outcome object={object} job={job} result={result} />}
      <StepFooter
        onBack={onBack}
        onNext={() => run.mutate()}
        verb={result ? `Import ${formatCount(good, "row", "rows")}` : "Import"}
        busy={run.isPending || (job !== undefined && underWay(job))}
        reason={result && good === 0 ? "There is nothing to import" : undefined}
      />
    </>
  );
}

/** What became of the rows, or would. */
export function Outcome({ object, job, result }: { object: ObjectDef; job: Job; result: ImportResult }) {
  const many = object.plural_label.toLowerCase();
  const counts: [string, number][] = [
    [`new ${many}`, result.created],
    ["updated", result.updated],
    ["skipped", result.skipped],
    ["refused", result.rejected],
  ];
  const file = fileOf(job);
  return (
    <>
      <dl className={css.counts}>
        {counts.map(([label, count]) => (
          <div key={label}>
            <dd>{formatNumber(count)}</dd>
            <dt>{label}</dt>
          </div>
        ))}
      </dl>
      {result.causes.length > 0 && (
        <section className={css.causes} aria-label="Why rows are refused">
          <h2>Why rows are refused</h2>
          <ul>
            {result.causes.map(({ reason, rows, lines }) => (
              <li key={reason}>
                <strong>{formatCount(rows, "row", "rows")}</strong> {reason}
                <span className={css.lines}>
                  {lines.length === 1 ? "line" : "lines"} {lines.join(", ")}
                  {rows > lines.length ? " …" : ""}
                </span>
              </li>
            ))}
          </ul>
          {file && (
            <Button
              icon={<Download aria-hidden />}
              onClick={() => {
                fetchFile(job).catch((thrown: unknown) => sayProblem("The file could not be fetched", thrown));
              }}
            >
              Download the refused rows
            </Button>
          )}
        </section>
      )}
    </>
  );
}
