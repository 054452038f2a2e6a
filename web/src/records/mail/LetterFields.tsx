import type { ReactNode } from "react";
import type { ObjectDef } from "@/api/catalog.ts";
import { Field, Input, TextArea } from "@/ui/Field.tsx";
import { type Letter, type LetterFaults, MOST_LETTERS } from "./letter.ts";
import css from "./Mail.module.css";

export interface LetterFieldsProps {
  object: ObjectDef;
  letter: Letter;
  faults: LetterFaults;
  onChange: (letter: Letter) => void;
  /** What is to be known before writing. */
  children?: ReactNode;
}

/** Subject and text of a mail, with what the server refused of them. */
export function LetterFields({ object, letter, faults, onChange, children }: LetterFieldsProps) {
  return (
    <div className={css.fields}>
      {faults.top && (
        <p className={css.summary} role="alert">
          <strong>It was not sent.</strong> {faults.top}
        </p>
      )}
      {children}
      <Field label="Subject" required error={faults.subject}>
        {(control) => (
          <Input
            {...control}
            required
            maxLength={MOST_LETTERS.subject}
            value={letter.subject}
            onChange={(event) => onChange({ ...letter, subject: event.target.value })}
          />
        )}
      </Field>
      <Field
        label="Text"
        required
        error={faults.text}
        help={`Fields of the ${object.label.toLowerCase()} can stand in braces, such as {name} or {job_title}.`}
      >
        {(control) => (
          <TextArea
            {...control}
            required
            rows={8}
            maxLength={MOST_LETTERS.text}
            value={letter.text}
            onChange={(event) => onChange({ ...letter, text: event.target.value })}
          />
        )}
      </Field>
    </div>
  );
}
