import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { asProblem } from "@/api/problem.ts";
import { type CrmRecord, createRecord } from "@/api/records.ts";
import { useSession } from "@/api/session.ts";
import { Button } from "@/ui/Button.tsx";
import { TextArea } from "@/ui/Field.tsx";
import { Segments } from "@/ui/Segments.tsx";
import { say } from "@/ui/toast.tsx";
import { focusFirstError } from "../form/focusFirstError.ts";
import { faultsOf, sendLetter } from "../mail/letter.ts";
import { LetterFields } from "../mail/LetterFields.tsx";
import { WRITTEN_TO, writeReason } from "../mail/recipient.ts";
import { RecipientNote } from "../mail/RecipientNote.tsx";
import { createReason } from "../permissions.ts";
import { refresh } from "../writes.ts";
import css from "./Composer.module.css";
import { type Entry, type EntryKind, fieldsOf, letterOf, newEntry, tableOf } from "./entry.ts";
import { EntryFields } from "./EntryFields.tsx";
import { KINDS } from "./entryKinds.tsx";

const LOGGED = KINDS.filter(({ value }) => value !== "mail");
const PLACEHOLDERS: Partial<Record<EntryKind, string>> = {
  note: "Write a note…",
  comment: "Write to colleagues; @username tells somebody of it…",
};

/** Writes down what happened or what is to do, or writes to the person, right on the record. */
export function Composer({ object, record }: { object: ObjectDef; record: CrmRecord }) {
  const [entry, setEntry] = useState<Entry>(() => newEntry("note"));
  const [open, setOpen] = useState(false);
  const me = useSession()?.user.id ?? null;
  const catalog = useCatalog();
  const kind = KINDS.find(({ value }) => value === entry.kind) ?? KINDS[0];
  const table = tableOf(entry.kind);
  const target = catalog.byTable(table);
  const mail = entry.kind === "mail";
  const close = () => {
    // Nobody means to send two mails in a row.
    setEntry(newEntry(mail ? "note" : entry.kind));
    setOpen(false);
  };
  const save = useMutation({
    mutationFn: () => {
      const { kind } = entry;
      if (kind === "mail") return sendLetter(object.table, record.id, letterOf(entry));
      return createRecord(table, {
        ...fieldsOf({ ...entry, kind }),
        [`${object.name}_id`]: record.id,
        // A comment is owned with what it is about; the server knows who says it.
        ...(kind === "comment" ? {} : { owner_id: me }),
      });
    },
    onSuccess: () => {
      say(kind?.said ?? "Saved");
      close();
      return Promise.all([refresh(table), refresh(object.table)]);
    },
  });
  const problem = save.error ? asProblem(save.error) : undefined;
  const change = (part: Partial<Entry>) => setEntry({ ...entry, ...part });
  const choose = (next: EntryKind) => {
    setEntry({ ...newEntry(next), body: entry.body });
    setOpen(true);
    save.reset();
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    save.mutate(undefined, { onError: () => focusFirstError(form) });
  };
  const reason = mail ? writeReason(object, record, target) : target && createReason(target);
  const text = (name: keyof Entry) => ({
    value: entry[name],
    onChange: (event: { target: { value: string } }) => change({ [name]: event.target.value }),
  });
  return (
    <form className={css.composer} onSubmit={submit} aria-label="Add to the timeline">
      <div className={css.kinds}>
        <Segments
          label="What to add"
          value={entry.kind}
          options={WRITTEN_TO.has(object.table) ? KINDS : LOGGED}
          onChange={choose}
        />
      </div>
      {mail ? (
        <LetterFields
          object={object}
          letter={letterOf(entry)}
          faults={problem ? faultsOf(problem) : {}}
          onChange={({ subject, text }) => change({ subject, body: text })}
        >
          <RecipientNote record={record} reason={reason} />
        </LetterFields>
      ) : (
        <>
          <EntryFields entry={entry} text={text} />
          <TextArea
            rows={open ? 3 : 1}
            aria-label={entry.kind === "note" ? "Note" : entry.kind === "comment" ? "Comment" : "Notes"}
            placeholder={PLACEHOLDERS[entry.kind] ?? "What was said, what follows…"}
            onFocus={() => setOpen(true)}
            {...text("body")}
          />
        </>
      )}
      {problem && !mail && (
        <p className={css.error} role="alert">
          {problem.refused.map(({ message }) => message).join(". ") || problem.message}
        </p>
      )}
      {open && (
        <div className={css.actions}>
          <Button
            variant="ghost"
            size="s"
            onClick={() => {
              close();
              save.reset();
            }}
          >
            Cancel
          </Button>
          <Button type="submit" variant="primary" size="s" busy={save.isPending} reason={reason}>
            {kind?.verb}
          </Button>
        </div>
      )}
    </form>
  );
}
