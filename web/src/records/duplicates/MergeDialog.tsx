import { useMutation, useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { masked, type FieldDef, type ObjectDef } from "@/api/catalog.ts";
import { undoJob } from "@/api/jobs.ts";
import { keys } from "@/api/keys.ts";
import { asProblem } from "@/api/problem.ts";
import { type CrmRecord, readRecord, textOf } from "@/api/records.ts";
import { formatNumber } from "@/format/format.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { sayProblem, sayWithUndo } from "@/ui/toast.tsx";
import { FieldText } from "../FieldText.tsx";
import { refresh } from "../writes.ts";
import css from "./Duplicates.module.css";
import { type LinkedCount, mergeRecords, previewMerge } from "./duplicatesApi.ts";

export interface MergeDialogProps {
  object: ObjectDef;
  ids: string[];
  onClose: () => void;
  onMerged: (kept: string) => void;
}

/** Records side by side: which one stays, and whose value in each field. */
export function MergeDialog({ object, ids, onClose, onMerged }: MergeDialogProps) {
  const queries = useQueries({
    queries: ids.map((id) => ({
      queryKey: keys.record(object.table, id),
      queryFn: ({ signal }: { signal: AbortSignal }) => readRecord(object.table, id, signal),
    })),
  });
  const counts = useQuery({
    queryKey: ["merge-preview", object.table, ids],
    queryFn: ({ signal }) => previewMerge(object.table, ids, signal),
  });
  const failed = queries.find(({ error }) => error)?.error;
  const records = queries.map(({ data }) => data).filter((record) => record !== undefined);
  const title = `Merge ${ids.length} ${object.plural_label.toLowerCase()}`;
  if (records.length < ids.length)
    return (
      <Dialog open onClose={onClose} title={title}>
        {failed ? <ProblemState error={failed} /> : <SkeletonRows count={6} />}
      </Dialog>
    );
  return (
    <Choices
      object={object}
      title={title}
      records={records}
      counts={counts.data ?? []}
      onClose={onClose}
      onMerged={onMerged}
    />
  );
}

function Choices({
  object,
  title,
  records,
  counts,
  onClose,
  onMerged,
}: {
  object: ObjectDef;
  title: string;
  records: CrmRecord[];
  counts: LinkedCount[];
  onClose: () => void;
  onMerged: (kept: string) => void;
}) {
  const [keep, setKeep] = useState(records[0]?.id ?? "");
  const [take, setTake] = useState<Record<string, string>>({});
  const kept = records.find(({ id }) => id === keep);
  const chosen = (field: FieldDef) =>
    take[field.name] ?? (isEmpty(kept, field) ? (records.find((record) => !isEmpty(record, field))?.id ?? keep) : keep);
  const merge = useMutation({
    mutationFn: () => {
      const others = records.map(({ id }) => id).filter((id) => id !== keep);
      return mergeRecords(object.table, { keep, merge: others, take });
    },
    onSuccess: (job) => {
      sayWithUndo(`${job.title}: done`, () => {
        undoJob(job.id).catch((thrown: unknown) => sayProblem("It could not be taken back", thrown));
      });
      void refresh(object.table);
      onMerged(keep);
    },
  });
  const different = object.fields.filter(
    (field) => !field.computed && !masked(object, field.name) && differs(records, field),
  );
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      description="Choose the record that stays and whose value each field keeps. What links to the others moves to it. You can take this back for 30 days."
      shape="wide"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={merge.isPending} onClick={() => merge.mutate()}>
            Merge into “{textOf(kept, object.title) || "Untitled"}”
          </Button>
        </>
      }
    >
      {merge.error && (
        <p role="alert" className={css.problem}>
          {asProblem(merge.error).message}
        </p>
      )}
      <div className={css.scroll}>
        <table className={css.side}>
          <thead>
            <tr>
              <th scope="col">Stays</th>
              {records.map((record) => (
                <th key={record.id} scope="col">
                  <label>
                    <input type="radio" name="keep" checked={record.id === keep} onChange={() => setKeep(record.id)} />
                    {textOf(record, object.title) || "Untitled"}
                  </label>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {different.map((field) => (
              <tr key={field.name}>
                <th scope="row">{field.label}</th>
                {records.map((record) => (
                  <td key={record.id}>
                    <label>
                      <input
                        type="radio"
                        name={`take-${field.name}`}
                        aria-label={`${field.label} of ${textOf(record, object.title)}`}
                        checked={chosen(field) === record.id}
                        onChange={() => setTake({ ...take, [field.name]: record.id })}
                      />
                      <span>
                        {isEmpty(record, field) ? (
                          "empty"
                        ) : (
                          <FieldText object={object} field={field} record={record} inRow />
                        )}
                      </span>
                    </label>
                  </td>
                ))}
              </tr>
            ))}
            <tr>
              <th scope="row">Linked records</th>
              {records.map((record) => (
                <td key={record.id} className={css.linked}>
                  {linked(counts, record.id) || "none"}
                </td>
              ))}
            </tr>
          </tbody>
        </table>
      </div>
    </Dialog>
  );
}

function linked(counts: LinkedCount[], id: string): string {
  return counts
    .filter((count) => count.id === id)
    .map(({ label, count }) => `${formatNumber(count)} ${label.toLowerCase()}`)
    .join(", ");
}

function isEmpty(record: CrmRecord | undefined, field: FieldDef): boolean {
  const value = record?.[field.name];
  return value === null || value === undefined || value === "";
}

function differs(records: CrmRecord[], field: FieldDef): boolean {
  const values = new Set(records.map((record) => JSON.stringify(record[field.name] ?? null)));
  return values.size > 1;
}
