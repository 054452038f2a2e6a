import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { request } from "@/api/client.ts";
import { useCatalog } from "@/api/catalog.ts";
import { asProblem } from "@/api/problem.ts";
import { queryClient } from "@/api/queryClient.ts";
import { type CrmRecord, textOf } from "@/api/records.ts";
import { formatCount } from "@/format/format.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Checkbox, Field } from "@/ui/Field.tsx";
import { say } from "@/ui/toast.tsx";
import css from "../lead/ConvertDialog.module.css";
import { RecordPicker } from "../RecordPicker.tsx";

interface Counts {
  items: { object: string; records: number }[];
}

/** Gives everything open that a person has to another; what it is is counted first. */
export function HandoffDialog({ person, onClose }: { person: CrmRecord; onClose: () => void }) {
  const catalog = useCatalog();
  const path = `/api/users/${person.id}/handoff`;
  const [to, setTo] = useState<string | null>(null);
  const [left, setLeft] = useState<string[]>([]);
  const preview = useQuery({
    queryKey: ["records", "handoff", person.id],
    queryFn: ({ signal }) => request<Counts>(path, { signal }),
    staleTime: 0,
  });
  const counts = preview.data?.items ?? [];
  const chosen = counts.filter(({ object, records }) => records > 0 && !left.includes(object));
  const total = chosen.reduce((sum, { records }) => sum + records, 0);
  const save = useMutation({
    mutationFn: () =>
      request<Counts>(path, { method: "POST", body: { to, objects: chosen.map(({ object }) => object) } }),
    onSuccess: async () => {
      say(`${formatCount(total, "record", "records")} handed over`);
      onClose();
      await queryClient.invalidateQueries({ queryKey: ["records"] });
    },
  });
  const failure = save.error ?? preview.error;
  const problem = failure ? asProblem(failure) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Hand over from ${textOf(person, "name")}`}
      description="Open leads, deals and tasks, and all contacts and companies that you may change."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            form="hand-off"
            variant="primary"
            busy={save.isPending}
            reason={
              to === null ? "Choose who gets them first." : total === 0 ? "There is nothing to hand over." : undefined
            }
          >
            Hand over {formatCount(total, "record", "records")}
          </Button>
        </>
      }
    >
      <form id="hand-off" onSubmit={submit} className={css.form}>
        <Field label="To" required>
          {(control) => <RecordPicker objectName="user" value={to} onChange={setTo} control={control} required />}
        </Field>
        <div role="group" aria-label="What">
          {counts.map(({ object, records }) => (
            <Checkbox
              key={object}
              label={`${catalog.byName(object)?.plural_label ?? object} (${records})`}
              disabled={records === 0}
              checked={records > 0 && !left.includes(object)}
              onChange={(event) =>
                setLeft(event.target.checked ? left.filter((name) => name !== object) : [...left, object])
              }
            />
          ))}
        </div>
        {problem && (
          <p className={css.error} role="alert">
            {problem.refused.map(({ message }) => message).join(". ") || problem.message}
          </p>
        )}
      </form>
    </Dialog>
  );
}
