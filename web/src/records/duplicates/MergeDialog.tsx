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
  const complete = records.length === ids.length;
  const [keep, setKeep] = useState(ids[0] ?? "");
  const [take, setTake] = useState<Record<string, string>>({});
  const kept = records.find(({ id }) => id === keep);
  const merge = useMutation({
    mutationFn: () => mergeRecords(object.table, { keep, merge: ids.filter((id) => id !== keep), take }),
    onSuccess: (job) => {
      sayWithUndo(`${job.title}: done`, () => {
        undoJob(job.id).catch((thrown: unknown) => sayProblem("It could not be taken back", thrown));
      });
      void refresh(object.table);
      onMerged(keep);
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Merge ${ids.length} ${object.plural_label.toLowerCase()}`}
      description="Choose the record that stays and whose value each field keeps. What links to the others moves to it. You can take this back for 30 days."
      shape="wide"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={merge.isPending} disabled={!complete} onClick={() => merge.mutate()}>
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
      {failed ? (
        <ProblemState error={failed} />
      ) : complete ? (
        <Choices
          object={object}
          records={records}
          counts={counts.data ?? []}
          keep={keep}
          onKeep={setKeep}
          take={take}
          onTake={setTake}
        />
      ) : (
        <SkeletonRows count={6} />
      )}
    </Dialog>
  );
}

/** The records side by side: the one that stays, then a row for each field in which they differ. */
function Choices({
  object,
  records,
  counts,
  keep,
  onKeep,
  take,
  onTake,
}: {
  object: ObjectDef;
  records: CrmRecord[];
  counts: LinkedCount[];
  keep: string;
  onKeep: (id: string) => void;
  take: Record<string, string>;
  onTake: (take: Record<string, string>) => void;
}) {
  const kept = records.find(({ id }) => id === keep);
  const chosen = (field: FieldDef) =>
    take[field.name] ?? (isEmpty(kept, field) ? (records.find((record) => !isEmpty(record, field))?.id ?? keep) : keep);
  const different = object.fields.filter(
    (field) => !field.computed && !masked(object, field.name) && differs(records, field),
  );
  return (
    <div className={css.scroll}>
      <table className={css.side}>
        <thead>
          <tr>
            <th scope="col">Stays</th>
            {records.map((record) => (
              <th key={record.id} scope="col">
                <label>
                  <input type="radio" name="keep" checked={record.id === keep} onChange={() => onKeep(record.id)} />
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
                      onChange={() => onTake({ ...take, [field.name]: record.id })}
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
  );
}

function linked(counts: LinkedCount[], id: string): string {
  return counts
    .filter((count) => count.id === id)
    .map(({ label, count }) => `${label}: ${formatNumber(count)}`)
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
