import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { ObjectDef } from "@/api/catalog.ts";
import { request } from "@/api/client.ts";
import { asProblem } from "@/api/problem.ts";
import { type CrmRecord, textOf } from "@/api/records.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Field } from "@/ui/Field.tsx";
import { say } from "@/ui/toast.tsx";
import { RecordPicker } from "../RecordPicker.tsx";
import { refresh } from "../writes.ts";

/** Tables whose records are given from one person to another. */
export const ASSIGNABLE = new Set(["tasks", "leads", "deals"]);

/** Gives a record to somebody, who is notified. */
export function AssignDialog({
  object,
  record,
  onClose,
}: {
  object: ObjectDef;
  record: CrmRecord;
  onClose: () => void;
}) {
  const [owner, setOwner] = useState<string | null>(textOf(record, "owner_id") || null);
  const save = useMutation({
    mutationFn: () =>
      request(`/api/${object.table}/${record.id}/assign`, {
        method: "POST",
        body: { assignedUser: owner },
        headers: { "if-match": `"${record.version}"` },
      }),
    onSuccess: async () => {
      say(`The ${object.label.toLowerCase()} has a new owner`);
      onClose();
      await refresh(object.table);
    },
  });
  const problem = save.error ? asProblem(save.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Assign ${object.label.toLowerCase()}`}
      description={textOf(record, object.title)}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="assign-record" variant="primary" busy={save.isPending}>
            Assign
          </Button>
        </>
      }
    >
      <form id="assign-record" onSubmit={submit}>
        <Field
          label="New owner"
          help="They are notified."
          error={problem && (problem.refused.map(({ message }) => message).join(". ") || problem.message)}
        >
          {(control) => <RecordPicker objectName="user" value={owner} onChange={setOwner} control={control} />}
        </Field>
      </form>
    </Dialog>
  );
}
