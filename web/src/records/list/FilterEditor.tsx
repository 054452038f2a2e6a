import { type FormEvent, useState } from "react";
import { type FieldDef, fieldOf, type ObjectDef } from "@/api/catalog.ts";
import { type Filter, type Operator, OPERATORS } from "@/api/records.ts";
import { formatChoice } from "@/format/format.ts";
import { Button } from "@/ui/Button.tsx";
import { Checkbox, Input, Select } from "@/ui/Field.tsx";
import { Choices } from "../RecordPicker.tsx";
import css from "./FilterEditor.module.css";
import { operatorLabel, operatorsOf } from "./view.ts";

interface EditorProps {
  object: ObjectDef;
  filter: Filter;
  onChange: (filter: Filter) => void;
  onDone?: () => void;
}

/** Edits one filter; choices take effect at once, typed values on Apply. */
export function FilterEditor({ object, filter, onChange, onDone }: EditorProps) {
  const [draft, setDraft] = useState(filter);
  const field = fieldOf(object, filter.field);
  if (!field) return null;
  const take = (part: Partial<Filter>) => {
    const next = { ...draft, ...part };
    setDraft(next);
    if (chosenFromList(next, field) && (next.value !== "" || onDone === undefined)) onChange(next);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (draft.value !== "") onChange(draft);
    onDone?.();
  };
  const dated = field.kind.type === "date" || field.kind.type === "date_time";
  const setOperator = (operator: Operator) =>
    take({ operator, value: operator === "is_null" ? "true" : draft.operator === "is_null" ? "" : draft.value });
  return (
    <form className={css.editor} onSubmit={submit}>
      <div className={css.head}>
        <span className={css.name}>{field.label}</span>
        <Select
          aria-label="Comparison"
          value={draft.operator}
          onChange={(event) => setOperator(OPERATORS.find((operator) => operator === event.target.value) ?? "eq")}
        >
          {operatorsOf(object, field.name).map((operator) => (
            <option key={operator} value={operator}>
              {operatorLabel(operator, dated)}
            </option>
          ))}
        </Select>
      </div>
      <ValueEditor field={field} draft={draft} onTake={(value) => take({ value })} />
      {(!chosenFromList(draft, field) || onDone) && (
        <Button type="submit" variant="primary" size="s">
          {chosenFromList(draft, field) ? "Done" : "Apply"}
        </Button>
      )}
    </form>
  );
}

function ValueEditor({ field, draft, onTake }: { field: FieldDef; draft: Filter; onTake: (value: string) => void }) {
  if (draft.operator === "is_null") {
    return (
      <Select aria-label="Empty or not" value={draft.value} onChange={(event) => onTake(event.target.value)}>
        <option value="true">Is empty</option>
        <option value="false">Is not empty</option>
      </Select>
    );
  }
  const values = draft.value === "" ? [] : draft.value.split(",");
  const toggle = (value: string) =>
    onTake((values.includes(value) ? values.filter((other) => other !== value) : [...values, value]).join(","));
  switch (field.kind.type) {
    case "choice":
      return (
        <div className={css.options} role="group" aria-label={field.label}>
          {field.kind.options.map((option) => (
            <Checkbox
              key={option}
              label={formatChoice(option)}
              checked={values.includes(option)}
              onChange={() => toggle(option)}
            />
          ))}
        </div>
      );
    case "link":
      return <Choices objectName={field.kind.object} chosen={values} onChoose={toggle} />;
    case "bool":
      return (
        <Select aria-label="Value" value={draft.value} onChange={(event) => onTake(event.target.value)}>
          <option value="" disabled>
            Choose…
          </option>
          <option value="true">Yes</option>
          <option value="false">No</option>
        </Select>
      );
    case "date":
    case "date_time":
      return (
        <Input
          type="date"
          aria-label="Value"
          autoFocus
          value={draft.value.slice(0, 10)}
          onChange={(event) => onTake(event.target.value)}
        />
      );
    case "integer":
    case "decimal":
    case "money":
      return (
        <Input
          inputMode="decimal"
          aria-label="Value"
          autoFocus
          value={draft.value}
          onChange={(event) => onTake(event.target.value)}
        />
      );
    default:
      return (
        <Input aria-label="Value" autoFocus value={draft.value} onChange={(event) => onTake(event.target.value)} />
      );
  }
}

/** Whether the value is picked rather than typed. */
function chosenFromList(draft: Filter, field: FieldDef): boolean {
  return draft.operator === "is_null" || ["choice", "link", "bool"].includes(field.kind.type);
}
