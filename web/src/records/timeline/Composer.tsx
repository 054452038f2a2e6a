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
import { DraftError } from "../draft.ts";
import { createReason } from "../permissions.ts";
import { refresh } from "../writes.ts";
import css from "./Composer.module.css";
import { type Entry, type EntryKind, fieldsOf, newEntry, tableOf } from "./entry.ts";
import { EntryFields } from "./EntryFields.tsx";
import { KINDS } from "./entryKinds.tsx";

const PLACEHOLDERS: Partial<Record<EntryKind, string>> = {
  note: "Write a note…",
  comment: "Write to colleagues; @username tells somebody of it…",
};

/** Writes down what happened or what is to do, right on the record. */
export function Composer({ object, record }: { object: ObjectDef; record: CrmRecord }) {
  const [entry, setEntry] = useState<Entry>(() => newEntry("note"));
  const [open, setOpen] = useState(false);
  const me = useSession()?.user.id ?? null;
  const catalog = useCatalog();
  const kind = KINDS.find(({ value }) => value === entry.kind) ?? KINDS[0];
  const table = tableOf(entry.kind);
  const target = catalog.byTable(table);
  const save = useMutation({
    mutationFn: () =>
      createRecord(table, {
        ...fieldsOf(entry),
        [`${object.name}_id`]: record.id,
        // A comment is owned with what it is about; the server knows who says it.
        ...(entry.kind === "comment" ? {} : { owner_id: me }),
      }),
    onSuccess: () => {
      say(kind?.said ?? "Saved");
      setEntry(newEntry(entry.kind));
      setOpen(false);
      return Promise.all([refresh(table), refresh(object.table)]);
    },
  });
  const problem = save.error ? asProblem(save.error) : undefined;
  const message =
    save.error instanceof DraftError
      ? save.error.message
      : problem?.refused.map(({ message }) => message).join(". ") || problem?.message;
  const change = (part: Partial<Entry>) => setEntry({ ...entry, ...part });
  const choose = (next: EntryKind) => {
    setEntry({ ...newEntry(next), body: entry.body });
    setOpen(true);
    save.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const reason = target ? createReason(target) : undefined;
  const text = (name: keyof Entry) => ({
    value: entry[name],
    onChange: (event: { target: { value: string } }) => change({ [name]: event.target.value }),
  });
  return (
    <form className={css.composer} onSubmit={submit} aria-label="Add to the timeline">
      <div className={css.kinds}>
        <Segments label="What to add" value={entry.kind} options={KINDS} onChange={choose} />
      </div>
      <EntryFields entry={entry} text={text} />
      <TextArea
        rows={open ? 3 : 1}
        aria-label={entry.kind === "note" ? "Note" : entry.kind === "comment" ? "Comment" : "Notes"}
        placeholder={PLACEHOLDERS[entry.kind] ?? "What was said, what follows…"}
        onFocus={() => setOpen(true)}
        {...text("body")}
      />
      {message && (
        <p className={css.error} role="alert">
          {message}
        </p>
      )}
      {open && (
        <div className={css.actions}>
          <Button
            variant="ghost"
            size="s"
            onClick={() => {
              setEntry(newEntry(entry.kind));
              setOpen(false);
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
