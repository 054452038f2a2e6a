import { type FormEvent, useState } from "react";
import { masked, type FieldDef, type ObjectDef } from "@/api/catalog.ts";
import type { FieldValue } from "@/api/records.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Field, Select } from "@/ui/Field.tsx";
import { DraftError, fromDraft } from "../draft.ts";
import { FieldControl } from "../FieldControl.tsx";
import css from "./SaveViewDialog.module.css";

export interface BulkEditDialogProps {
  object: ObjectDef;
  /** What is selected, in words. */
  many: string;
  /** The field, when it is not to be chosen. */
  only: string | undefined;
  busy: boolean;
  onStart: (set: Record<string, FieldValue>) => void;
  onClose: () => void;
}

/** Gives one field the same value in everything that is selected. */
export function BulkEditDialog({ object, many, only, busy, onStart, onClose }: BulkEditDialogProps) {
  const fields = object.fields.filter((field) => suits(object, field));
  const [name, setName] = useState(only ?? fields[0]?.name ?? "");
  const [draft, setDraft] = useState("");
  const [error, setError] = useState<string>();
  const field = object.fields.find((candidate) => candidate.name === name);
  if (!field) return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    try {
      const value = fromDraft(field, draft);
      if (value === null && field.required) return setError(`${field.label} must have a value`);
      onStart({ [field.name]: value });
    } catch (thrown) {
      setError(thrown instanceof DraftError ? thrown.message : String(thrown));
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={only ? `Assign ${many}` : `Edit ${many}`}
      description="Runs in the background; what cannot be changed is listed, and you can take it back."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="bulk-edit" variant="primary" busy={busy}>
            {only ? "Assign" : `Change ${many}`}
          </Button>
        </>
      }
    >
      <form id="bulk-edit" className={css.form} onSubmit={submit}>
        {!only && (
          <Field label="Field">
            {(control) => (
              <Select
                {...control}
                value={name}
                onChange={(event) => {
                  setName(event.target.value);
                  setDraft("");
                  setError(undefined);
                }}
              >
                {fields.map((candidate) => (
                  <option key={candidate.name} value={candidate.name}>
                    {candidate.label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        <Field
          label={only ? "New owner" : "New value"}
          error={error}
          help={field.required ? undefined : "Leave empty to clear the field."}
        >
          {(control) => (
            <FieldControl key={field.name} field={field} draft={draft} onChange={setDraft} control={control} />
          )}
        </Field>
      </form>
    </Dialog>
  );
}

/** What makes sense to be the same in many records. */
function suits(object: ObjectDef, field: FieldDef): boolean {
  return !field.computed && !field.unique && field.name !== object.title && !masked(object, field.name);
}
