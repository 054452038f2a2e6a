import { localMoment } from "@/format/format.ts";
import { Field, Input, Select } from "@/ui/Field.tsx";
import css from "./Composer.module.css";
import type { Entry } from "./entry.ts";

const OUTCOMES = ["connected", "no answer", "left voicemail", "interested", "not interested", "follow up"];

export interface EntryFieldsProps {
  entry: Entry;
  /** Ties a control to a part of the entry. */
  text: (name: keyof Entry) => { value: string; onChange: (event: { target: { value: string } }) => void };
}

/** What an entry says besides its text: nothing for a note or a comment; a mail has fields of its own. */
export function EntryFields({ entry, text }: EntryFieldsProps) {
  switch (entry.kind) {
    case "note":
    case "comment":
    case "mail":
      return null;
    case "task":
      return <TaskFields text={text} />;
    case "call":
    case "email":
    case "meeting":
      return <ActivityFields entry={entry} text={text} />;
  }
}

function TaskFields({ text }: Pick<EntryFieldsProps, "text">) {
  return (
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
  );
}

function ActivityFields({ entry, text }: EntryFieldsProps) {
  return (
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
            max={entry.kind === "meeting" ? undefined : localMoment()}
            {...text("at")}
          />
        )}
      </Field>
      {entry.kind !== "email" && (
        <Field label="Minutes">{(control) => <Input {...control} inputMode="numeric" {...text("minutes")} />}</Field>
      )}
    </div>
  );
}
