import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useBeforeUnload } from "react-router";
import { type FieldDef, fixed, type ObjectDef } from "@/api/catalog.ts";
import { keys } from "@/api/keys.ts";
import { asProblem, type Problem } from "@/api/problem.ts";
import { type CrmRecord, type FieldValue, listRecords, textOf } from "@/api/records.ts";
import { Button } from "@/ui/Button.tsx";
import { Field } from "@/ui/Field.tsx";
import { DraftError, fromDraft, toDraft } from "../draft.ts";
import { FieldControl } from "../FieldControl.tsx";
import { fieldGroups } from "../record/fieldGroups.ts";
import { RoleSelect } from "../user/RoleSelect.tsx";
import { focusFirstError } from "./focusFirstError.ts";
import css from "./RecordForm.module.css";

export interface RecordFormProps {
  object: ObjectDef;
  /** What the fields start with. */
  initial: Record<string, FieldValue>;
  verb: string;
  /** Sends what was changed. */
  onSave: (fields: Record<string, FieldValue>) => Promise<CrmRecord>;
  onSaved: (record: CrmRecord) => void;
  onCancel: () => void;
}

/** A form of every field that the caller may write, made from the catalogue. */
export function RecordForm({ object, initial, verb, onSave, onSaved, onCancel }: RecordFormProps) {
  const start = Object.fromEntries(
    object.fields.map((field) => [field.name, toDraft(field, initial[field.name] ?? null)]),
  );
  const [started] = useState(start);
  const [drafts, setDrafts] = useState<Record<string, string>>(start);
  const [typed, setTyped] = useState<Record<string, string>>({});
  const changed = object.fields.filter((field) => drafts[field.name] !== started[field.name]);
  const save = useMutation({ mutationFn: onSave, onSuccess: onSaved });
  useBeforeUnload((event) => {
    if (changed.length > 0 && !save.isSuccess) event.preventDefault();
  });
  const problem = save.error ? asProblem(save.error) : undefined;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { fields, errors } = collect(changed, drafts);
    setTyped(errors);
    const form = event.currentTarget;
    if (Object.keys(errors).length === 0) save.mutate(fields, { onError: () => focusFirstError(form) });
    else focusFirstError(form);
  };
  const writable = (field: FieldDef) => !field.computed && !fixed(object, field.name);
  const groups = fieldGroups(object).map((group) => ({ ...group, fields: group.fields.filter(writable) }));
  return (
    <form className={css.form} onSubmit={submit} noValidate>
      {problem && <Summary object={object} problem={problem} />}
      {groups
        .filter((group) => group.fields.length > 0)
        .map((group) => (
          <fieldset key={group.title} className={css.group}>
            <legend>{group.title}</legend>
            <div className={css.fields}>
              {group.fields.map((field, position) => (
                <div
                  key={field.name}
                  className={field.kind.type === "long_text" || field.kind.type === "json" ? css.wide : undefined}
                >
                  <Field
                    label={field.label}
                    required={field.required && field.kind.type !== "bool"}
                    help={field.help || undefined}
                    error={typed[field.name] ?? problem?.fields[field.name]}
                  >
                    {(control) => (
                      <Suggested
                        object={object}
                        field={field}
                        draft={drafts[field.name] ?? ""}
                        onChange={(draft) => setDrafts({ ...drafts, [field.name]: draft })}
                        control={control}
                        autoFocus={group === groups[0] && position === 0}
                      />
                    )}
                  </Field>
                </div>
              ))}
            </div>
          </fieldset>
        ))}
      <footer className={css.footer}>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" busy={save.isPending}>
          {verb}
        </Button>
      </footer>
    </form>
  );
}

/** Free text that people keep repeating is offered again. */
const REPEATED = new Set(["source", "industry", "country", "city", "region", "lost_reason", "outcome", "job_title"]);

function Suggested(props: Parameters<typeof FieldControl>[0] & { object: ObjectDef }) {
  const { object, field, ...rest } = props;
  const ask = { limit: 200, sort: "-updated_at" };
  const recent = useQuery({
    queryKey: keys.list(object.table, ask),
    queryFn: ({ signal }) => listRecords(object.table, ask, signal),
    enabled: REPEATED.has(field.name),
    staleTime: 5 * 60_000,
  });
  const suggestions = REPEATED.has(field.name)
    ? [...new Set((recent.data?.items ?? []).map((record) => textOf(record, field.name)).filter(Boolean))].sort()
    : [];
  if (object.table === "users" && field.name === "role")
    return <RoleSelect draft={rest.draft} onChange={rest.onChange} control={rest.control ?? {}} />;
  return <FieldControl field={field} suggestions={suggestions} {...rest} />;
}

function collect(changed: FieldDef[], drafts: Record<string, string>) {
  const fields: Record<string, FieldValue> = {};
  const errors: Record<string, string> = {};
  for (const field of changed) {
    try {
      fields[field.name] = fromDraft(field, drafts[field.name] ?? "");
    } catch (thrown) {
      errors[field.name] = thrown instanceof DraftError ? thrown.message : String(thrown);
    }
  }
  return { fields, errors };
}

/** What was refused, including fields that the form does not show. */
function Summary({ object, problem }: { object: ObjectDef; problem: Problem }) {
  const elsewhere = problem.refused.filter(
    ({ pointer }) => !object.fields.some((field) => `/${field.name}` === pointer && !field.computed),
  );
  return (
    <div className={css.summary} role="alert">
      <strong>{problem.status === 412 ? "Somebody else changed it meanwhile." : problem.title}.</strong>{" "}
      {problem.status === 412
        ? "Your changes are kept here. Open the record in another tab to compare, then save again."
        : problem.refused.length > 0
          ? "Look at the marked fields."
          : problem.message}
      {elsewhere.length > 0 && (
        <ul>
          {elsewhere.map(({ pointer, message }) => (
            <li key={pointer}>{message}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
