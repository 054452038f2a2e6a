import { formatChoice } from "@/format/format.ts";
import { RecordPicker } from "@/records/RecordPicker.tsx";
import { Field, Input, Select } from "@/ui/Field.tsx";
import { type ActionDraft, type DraftOf, PRIORITIES, TASK_KINDS } from "./actions.ts";
import css from "./Workflow.module.css";

const OWNERS = [
  { value: "record_owner", label: "Owner of the record" },
  { value: "author", label: "Whoever saved the rule" },
];
const MOST_DAYS = 365;

interface CreateTaskProps {
  action: DraftOf<"create_task">;
  fault: (part: string) => string | undefined;
  onChange: (action: ActionDraft) => void;
}

/** What is to be done, until when and by whom. */
export function CreateTaskFields({ action, fault, onChange }: CreateTaskProps) {
  const set = (change: Partial<DraftOf<"create_task">>) => onChange({ ...action, ...change });
  const somebody = !OWNERS.some(({ value }) => value === action.owner);
  return (
    <div className={css.fields}>
      <Field
        label="Task"
        required
        error={fault("name")}
        help="{name} stands for the name of the record; so does every other field."
      >
        {(control) => (
          <Input
            {...control}
            value={action.name}
            maxLength={200}
            onChange={(event) => set({ name: event.target.value })}
          />
        )}
      </Field>
      <div className={css.row}>
        <Words
          label="Kind"
          value={action.task_kind}
          options={TASK_KINDS}
          error={fault("task_kind")}
          onChange={(task_kind) => set({ task_kind })}
        />
        <Words
          label="Priority"
          value={action.priority}
          options={PRIORITIES}
          error={fault("priority")}
          onChange={(priority) => set({ priority })}
        />
        <Field label="Due in days" error={fault("due_in_days")} help="0 is the same day.">
          {(control) => (
            <Input
              {...control}
              type="number"
              min={0}
              max={MOST_DAYS}
              value={action.due_in_days}
              onChange={(event) => set({ due_in_days: Number(event.target.value) })}
            />
          )}
        </Field>
      </div>
      <div className={css.row}>
        <Field label="For" error={somebody ? undefined : fault("owner")}>
          {(control) => (
            <Select
              {...control}
              value={somebody ? "" : action.owner}
              onChange={(event) => set({ owner: event.target.value })}
            >
              {OWNERS.map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
              <option value="">Somebody else</option>
            </Select>
          )}
        </Field>
        {somebody && (
          <Field label="Person" required error={fault("owner")}>
            {(control) => (
              <RecordPicker
                objectName="user"
                value={action.owner || null}
                onChange={(id) => set({ owner: id ?? "" })}
                control={control}
                required
              />
            )}
          </Field>
        )}
      </div>
    </div>
  );
}

function Words({
  label,
  value,
  options,
  error,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly string[];
  error: string | undefined;
  onChange: (word: string) => void;
}) {
  return (
    <Field label={label} error={error}>
      {(control) => (
        <Select {...control} value={value} onChange={(event) => onChange(event.target.value)}>
          {options.map((option) => (
            <option key={option} value={option}>
              {formatChoice(option)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
