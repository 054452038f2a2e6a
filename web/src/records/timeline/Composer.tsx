import { useMutation } from "@tanstack/react-query";
import { CalendarDays, CheckSquare, Mail, Phone, StickyNote } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { asProblem } from "@/api/problem.ts";
import { type CrmRecord, createRecord } from "@/api/records.ts";
import { useSession } from "@/api/session.ts";
import { Button } from "@/ui/Button.tsx";
import { Field, Input, Select, TextArea } from "@/ui/Field.tsx";
import { Segments } from "@/ui/Segments.tsx";
import { say } from "@/ui/toast.tsx";
import { DraftError, localMoment } from "../draft.ts";
import { createReason } from "../permissions.ts";
import { refresh } from "../writes.ts";
import css from "./Composer.module.css";
import { type Entry, type EntryKind, fieldsOf, newEntry, tableOf } from "./entry.ts";

const KINDS: { value: EntryKind; name: string; label: ReactNode; verb: string; said: string }[] = [
  {
    value: "note",
    name: "Note",
    label: (
      <>
        <StickyNote aria-hidden />
        Note
      </>
    ),
    verb: "Add note",
    said: "Note added",
  },
  {
    value: "call",
    name: "Call",
    label: (
      <>
        <Phone aria-hidden />
        Call
      </>
    ),
    verb: "Log call",
    said: "Call logged",
  },
  {
    value: "email",
    name: "E-mail",
    label: (
      <>
        <Mail aria-hidden />
        E-mail
      </>
    ),
    verb: "Log e-mail",
    said: "E-mail logged",
  },
  {
    value: "meeting",
    name: "Meeting",
    label: (
      <>
        <CalendarDays aria-hidden />
        Meeting
      </>
    ),
    verb: "Log meeting",
    said: "Meeting logged",
  },
  {
    value: "task",
    name: "Task",
    label: (
      <>
        <CheckSquare aria-hidden />
        Task
      </>
    ),
    verb: "Add task",
    said: "Task added",
  },
];
const OUTCOMES = ["connected", "no answer", "left voicemail", "interested", "not interested", "follow up"];

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
    mutationFn: () => createRecord(table, { ...fieldsOf(entry), [`${object.name}_id`]: record.id, owner_id: me }),
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
      {entry.kind === "task" && (
        <div className={css.line}>
          <Field label="What is to do" required>
            {(control) => <Input {...control} required maxLength={200} {...text("subject")} />}
          </Field>
          <Field label="Due">{(control) => <Input {...control} type="datetime-local" {...text("at")} />}</Field>
          <Field label="Priority">
            {(control) => (
              <Select {...control} {...text("priority")}>
                <option value="low">Low</option>
                <option value="medium">Medium</option>
                <option value="high">High</option>
              </Select>
            )}
          </Field>
        </div>
      )}
      {(entry.kind === "call" || entry.kind === "email" || entry.kind === "meeting") && (
        <div className={css.line}>
          <Field label="Subject">{(control) => <Input {...control} maxLength={300} {...text("subject")} />}</Field>
          {entry.kind !== "meeting" && (
            <Field label="Direction">
              {(control) => (
                <Select {...control} {...text("direction")}>
                  <option value="outbound">Outbound</option>
                  <option value="inbound">Inbound</option>
                </Select>
              )}
            </Field>
          )}
          {entry.kind !== "email" && (
            <Field label="Outcome">
              {(control) => (
                <>
                  <Input {...control} list="outcomes" maxLength={120} {...text("outcome")} />
                  <datalist id="outcomes">
                    {OUTCOMES.map((outcome) => (
                      <option key={outcome} value={outcome} />
                    ))}
                  </datalist>
                </>
              )}
            </Field>
          )}
          <Field label="When">
            {(control) => (
              <Input
                {...control}
                type="datetime-local"
                max={entry.kind === "meeting" ? undefined : localMoment(new Date().toISOString())}
                {...text("at")}
              />
            )}
          </Field>
          {entry.kind !== "email" && (
            <Field label="Minutes">
              {(control) => <Input {...control} inputMode="numeric" {...text("minutes")} />}
            </Field>
          )}
        </div>
      )}
      <TextArea
        rows={open ? 3 : 1}
        aria-label={entry.kind === "note" ? "Note" : "Notes"}
        placeholder={entry.kind === "note" ? "Write a note…" : "What was said, what follows…"}
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
