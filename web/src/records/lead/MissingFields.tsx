import { type FormEvent, useState } from "react";
import { fieldOf, type ObjectDef } from "@/api/catalog.ts";
import type { FieldValue } from "@/api/records.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Field } from "@/ui/Field.tsx";
import { DraftError, fromDraft } from "../draft.ts";
import { FieldControl } from "../FieldControl.tsx";
import css from "./ConvertDialog.module.css";

/** Asks for the fields that a step needs. */
export function MissingFields({
  object,
  names,
  title,
  description,
  onFilled,
  onClose,
}: {
  object: ObjectDef;
  names: string[];
  title: string;
  description: string;
  onFilled: (fields: Record<string, FieldValue>) => void;
  onClose: () => void;
}) {
  const [drafts, setDrafts] = useState<Record<string, string>>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const filled: Record<string, FieldValue> = {};
    const wrong: Record<string, string> = {};
    for (const name of names) {
      const field = fieldOf(object, name);
      const draft = drafts[name] ?? "";
      if (!field) continue;
      if (draft.trim() === "") wrong[name] = `${field.label} must have a value.`;
      else
        try {
          filled[name] = fromDraft(field, draft);
        } catch (thrown) {
          wrong[name] = thrown instanceof DraftError ? thrown.message : String(thrown);
        }
    }
    setErrors(wrong);
    if (Object.keys(wrong).length === 0) onFilled(filled);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      description={description}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="missing-fields" variant="primary">
            Continue
          </Button>
        </>
      }
    >
      <form id="missing-fields" onSubmit={submit} className={css.form} noValidate>
        {names.map((name) => {
          const field = fieldOf(object, name);
          return (
            field && (
              <Field key={name} label={field.label} required help={field.help || undefined} error={errors[name]}>
                {(control) => (
                  <FieldControl
                    field={field}
                    draft={drafts[name] ?? ""}
                    onChange={(draft) => setDrafts({ ...drafts, [name]: draft })}
                    control={control}
                  />
                )}
              </Field>
            )
          );
        })}
      </form>
    </Dialog>
  );
}
