import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import type { ObjectDef } from "@/api/catalog.ts";
import { asProblem } from "@/api/problem.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Checkbox, Field, Input } from "@/ui/Field.tsx";
import { say } from "@/ui/toast.tsx";
import { KindFields, OptionsField } from "./KindFields.tsx";
import { addField, changeField, type CustomField, refreshDataModel } from "./fields.ts";
import { emptyKind, holdsWords, type KindDraft, kindOf, linesOf } from "./kinds.ts";
import css from "./DataModel.module.css";

/** A new field, or what can change of one: never what it holds. */
export function FieldDialog({
  object,
  field,
  onClose,
}: {
  object: ObjectDef;
  field?: CustomField;
  onClose: () => void;
}) {
  const [label, setLabel] = useState(field?.label ?? "");
  const [help, setHelp] = useState(field?.help ?? "");
  const [kind, setKind] = useState<KindDraft>(field ? draftOf(field) : emptyKind);
  const [searchable, setSearchable] = useState(true);
  const [personal, setPersonal] = useState(field?.personal ?? false);
  const form = useId();
  const save = useMutation({
    mutationFn: () => {
      const words = { label, help, personal };
      if (field)
        return changeField(field.id, kind.type === "choice" ? { ...words, options: linesOf(kind.options) } : words);
      const found = holdsWords(kind.type) ? { searchable } : {};
      return addField({ object: object.name, kind: kindOf(kind), ...words, ...found });
    },
    onSuccess: async (saved) => {
      await refreshDataModel();
      if (!field) say(`${saved.label} is there`, `${object.plural_label} have it in forms, lists, reports and SQL.`);
      onClose();
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
      title={field ? `Change ${field.label}` : `New field for ${object.plural_label.toLowerCase()}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" busy={save.isPending}>
            {field ? "Save" : "Add field"}
          </Button>
        </>
      }
    >
      <form id={form} className={css.form} onSubmit={submit}>
        <Field label="Label" required error={problem?.fields.label}>
          {(control) => (
            <Input
              {...control}
              required
              maxLength={60}
              value={label}
              onChange={(event) => setLabel(event.target.value)}
            />
          )}
        </Field>
        {!field && <KindFields object={object} kind={kind} error={problem?.fields.kind} onChange={setKind} />}
        {field?.kind.type === "choice" && (
          <OptionsField
            value={kind.options}
            error={problem?.fields.options ?? problem?.fields.kind}
            onChange={(options) => setKind({ ...kind, options })}
          />
        )}
        <Field label="Help" help="One sentence beside the field in forms" error={problem?.fields.help}>
          {(control) => (
            <Input {...control} maxLength={300} value={help} onChange={(event) => setHelp(event.target.value)} />
          )}
        </Field>
        <div>
          {!field && holdsWords(kind.type) && (
            <Checkbox
              label="Found by search"
              checked={searchable}
              onChange={(event) => setSearchable(event.target.checked)}
            />
          )}
          <Checkbox
            label="Personal detail: hidden from analysts"
            checked={personal}
            onChange={(event) => setPersonal(event.target.checked)}
          />
        </div>
        {problem && problem.refused.length === 0 && (
          <p className={css.fault} role="alert">
            {problem.message}
          </p>
        )}
      </form>
    </Dialog>
  );
}

function draftOf(field: CustomField): KindDraft {
  const options = field.kind.type === "choice" ? field.kind.options.join("\n") : "";
  return { ...emptyKind, type: field.kind.type, options };
}
