import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { ObjectDef } from "@/api/catalog.ts";
import { asProblem } from "@/api/problem.ts";
import { type CrmRecord, createRecord } from "@/api/records.ts";
import { useSession } from "@/api/session.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Field, Input, Select } from "@/ui/Field.tsx";
import { say } from "@/ui/toast.tsx";
import css from "./SaveViewDialog.module.css";
import { definitionOf, SAVED_VIEWS } from "./savedView.ts";
import type { ListView } from "./view.ts";

export interface SaveViewDialogProps {
  object: ObjectDef;
  view: ListView;
  onClose: () => void;
  onSaved: (saved: CrmRecord) => void;
}

/** Gives the view on screen a name, and says who sees it. */
export function SaveViewDialog({ object, view, onClose, onSaved }: SaveViewDialogProps) {
  const team = useSession()?.user.team_id ?? null;
  const [name, setName] = useState("");
  const [audience, setAudience] = useState("owner");
  const save = useMutation({
    mutationFn: () =>
      createRecord(SAVED_VIEWS, {
        name: name.trim(),
        object: object.table,
        audience,
        team_id: audience === "team" ? team : null,
        definition: definitionOf(object, view),
      }),
    onSuccess: (saved) => {
      onSaved(saved);
      onClose();
      say("View saved");
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
      title="Save as a view"
      description="Keeps the filters, the order and the columns that you see."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="save-view" variant="primary" busy={save.isPending}>
            Save
          </Button>
        </>
      }
    >
      <form id="save-view" onSubmit={submit} className={css.form}>
        <Field label="Name" required error={problem?.fields.name ?? problem?.message}>
          {(control) => (
            <Input
              {...control}
              autoFocus
              required
              maxLength={200}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label="Who sees it">
          {(control) => (
            <Select {...control} value={audience} onChange={(event) => setAudience(event.target.value)}>
              <option value="owner">Only me</option>
              {team && <option value="team">My team</option>}
              <option value="everyone">Everyone</option>
            </Select>
          )}
        </Field>
      </form>
    </Dialog>
  );
}
