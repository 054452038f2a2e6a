import { UserPlus } from "lucide-react";
import { ChosenRecords } from "@/records/list/ValueInput.tsx";
import { Choices } from "@/records/RecordPicker.tsx";
import { Button } from "@/ui/Button.tsx";
import { Checkbox, Field, Input } from "@/ui/Field.tsx";
import { Popover } from "@/ui/Popover.tsx";
import type { ActionDraft, DraftOf } from "./actions.ts";
import css from "./Workflow.module.css";

const RELATIVE = [
  { value: "record_owner", label: "Owner of the record" },
  { value: "manager", label: "Manager of the owner" },
];
const MOST_LETTERS = 300;

interface NotifyProps {
  action: DraftOf<"notify">;
  fault: (part: string) => string | undefined;
  onChange: (action: ActionDraft) => void;
}

/** Who is told, and what. */
export function NotifyFields({ action, fault, onChange }: NotifyProps) {
  const { to } = action;
  const people = to.filter((id) => !RELATIVE.some(({ value }) => value === id));
  const toggle = (id: string) =>
    onChange({ ...action, to: to.includes(id) ? to.filter((other) => other !== id) : [...to, id] });
  return (
    <div className={css.fields}>
      <fieldset className={css.group}>
        <legend>Whom</legend>
        <div className={css.people}>
          {RELATIVE.map(({ value, label }) => (
            <Checkbox key={value} label={label} checked={to.includes(value)} onChange={() => toggle(value)} />
          ))}
          <Popover
            label="Choose people"
            width={300}
            trigger={
              <Button size="s" icon={<UserPlus aria-hidden />}>
                {people.length === 0 ? "Choose people" : <ChosenRecords objectName="user" ids={people} />}
              </Button>
            }
          >
            <Choices objectName="user" chosen={people} onChoose={toggle} />
          </Popover>
        </div>
        {fault("to") && <p className={css.fault}>{fault("to")}</p>}
      </fieldset>
      <Field
        label="Message"
        required
        error={fault("message")}
        help="{name} stands for the name of the record; so does every other field."
      >
        {(control) => (
          <Input
            {...control}
            value={action.message}
            maxLength={MOST_LETTERS}
            onChange={(event) => onChange({ ...action, message: event.target.value })}
          />
        )}
      </Field>
    </div>
  );
}
