import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { fieldOf, useCatalog } from "@/api/catalog.ts";
import { keys } from "@/api/keys.ts";
import { asProblem } from "@/api/problem.ts";
import { type CrmRecord, textOf } from "@/api/records.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Field } from "@/ui/Field.tsx";
import { Segments } from "@/ui/Segments.tsx";
import { FieldControl } from "../FieldControl.tsx";
import { RecordPicker } from "../RecordPicker.tsx";
import { refresh } from "../writes.ts";
import {
  type Converted,
  convert,
  type How,
  lookAlikes,
  type Part,
  PARTS,
  type PartName,
  suggested,
} from "./conversion.ts";
import css from "./ConvertDialog.module.css";

const TITLES: Record<PartName, string> = { contact: "Contact", company: "Company", deal: "Deal" };
const CHOICES: readonly { value: How; label: string }[] = [
  { value: "new", label: "New" },
  { value: "existing", label: "Existing" },
  { value: "none", label: "None" },
];

/** What a lead becomes: for each of the three a new record, one that is there, or none. */
export function ConvertDialog({
  lead,
  onConverted,
  onClose,
}: {
  lead: CrmRecord;
  onConverted: (converted: Converted) => void;
  onClose: () => void;
}) {
  const [wanted, setWanted] = useState(() => suggested(lead));
  const alike = useQuery({
    queryKey: [...keys.record("leads", lead.id), "alike"],
    queryFn: ({ signal }) => lookAlikes(lead, signal),
  }).data;
  const save = useMutation({
    mutationFn: () => convert(lead, wanted),
    onSuccess: async (converted) => {
      onConverted(converted);
      await Promise.all(["leads", "contacts", "companies", "deals"].map(refresh));
    },
  });
  const problem = save.error ? asProblem(save.error) : undefined;
  const errorAt = (pointer: string) => problem?.refused.find((field) => field.pointer === pointer)?.message;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Convert this lead"
      description={textOf(lead, "name")}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="convert-lead" variant="primary" busy={save.isPending}>
            Convert
          </Button>
        </>
      }
    >
      <form id="convert-lead" onSubmit={submit} className={css.form} noValidate>
        {PARTS.map((name) => (
          <PartForm
            key={name}
            name={name}
            part={wanted[name]}
            alike={alike?.[name]}
            errorAt={errorAt}
            onChange={(part) => setWanted({ ...wanted, [name]: part })}
          />
        ))}
        {problem && (
          <p className={css.error} role="alert">
            {problem.refused
              .filter(({ pointer }) => !pointer.includes("/new/"))
              .map(({ message }) => message)
              .join(". ") || problem.message}
          </p>
        )}
        <p className={css.note}>
          Everything logged about the lead shows on the timelines of what it becomes. You can take this back for 30
          days.
        </p>
      </form>
    </Dialog>
  );
}

function PartForm({
  name,
  part,
  alike,
  errorAt,
  onChange,
}: {
  name: PartName;
  part: Part;
  alike: CrmRecord | undefined;
  errorAt: (pointer: string) => string | undefined;
  onChange: (part: Part) => void;
}) {
  const object = useCatalog().byName(name);
  const title = TITLES[name];
  const choices = name === "deal" ? CHOICES.filter(({ value }) => value !== "existing") : CHOICES;
  return (
    <section className={css.part} aria-label={title}>
      <div className={css.head}>
        <h3>{title}</h3>
        <Segments
          label={`${title}: which`}
          value={part.how}
          options={choices}
          onChange={(how) => onChange({ ...part, how })}
        />
      </div>
      {part.how === "new" && alike && (
        <p className={css.note}>
          There is “{textOf(alike, "name")}” already.{" "}
          <Button size="s" onClick={() => onChange({ ...part, how: "existing", existing: alike.id })}>
            Use it
          </Button>
        </p>
      )}
      {part.how === "existing" && (
        <RecordPicker
          objectName={name}
          value={part.existing}
          onChange={(existing) => onChange({ ...part, existing })}
          label={title}
        />
      )}
      {part.how === "none" && <p className={css.none}>No {title.toLowerCase()} is linked.</p>}
      {part.how === "new" &&
        Object.keys(part.fields).map((fieldName) => {
          const field = object && fieldOf(object, fieldName);
          return (
            field && (
              <Field
                key={fieldName}
                label={field.label}
                required={field.required}
                error={errorAt(`/${name}/new/${fieldName}`)}
              >
                {(control) => (
                  <FieldControl
                    field={field}
                    draft={part.fields[fieldName] ?? ""}
                    onChange={(draft) => onChange({ ...part, fields: { ...part.fields, [fieldName]: draft } })}
                    control={control}
                  />
                )}
              </Field>
            )
          );
        })}
    </section>
  );
}
