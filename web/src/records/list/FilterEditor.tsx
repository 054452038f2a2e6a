import { type FormEvent, useState } from "react";
import { type FieldDef, fieldOf, type ObjectDef } from "@/api/catalog.ts";
import { type Filter, type Operator, OPERATORS } from "@/api/records.ts";
import { formatChoice } from "@/format/format.ts";
import { Button } from "@/ui/Button.tsx";
import { Checkbox, Input, Select } from "@/ui/Field.tsx";
import { Choices } from "../RecordPicker.tsx";
import { DayInput } from "./DayInput.tsx";
import css from "./FilterEditor.module.css";
import { complete, readDay, readList, readPair, writeDay, writeList, writePair } from "./filterValue.ts";
import { ValueChoices } from "./ValueChoices.tsx";
import { RelativePeople } from "./ValueInput.tsx";
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
    if (complete(draft.operator, draft.value)) onChange(draft);
    onDone?.();
  };
  const dated = field.kind.type === "date" || field.kind.type === "date_time";
  const setOperator = (operator: Operator) =>
    take({
      operator,
      value: presence(operator) ? "true" : shapeOf(operator) === shapeOf(draft.operator) ? draft.value : "",
    });
  return (
    <form className={css.editor} onSubmit={submit}>
      <div className={css.head}>
        <span className={css.name}>{field.label}</span>
        <Select
          aria-label="Comparison"
          value={draft.operator}
          onChange={(event) => setOperator(OPERATORS.find((operator) => operator === event.target.value) ?? "eq")}
        >
          {operatorsOf(field).map((operator) => (
            <option key={operator} value={operator}>
              {operatorLabel(operator, dated)}
            </option>
          ))}
        </Select>
      </div>
      <ValueEditor table={object.table} field={field} draft={draft} onTake={(value) => take({ value })} />
      {(!chosenFromList(draft, field) || onDone) && (
        <Button type="submit" variant="primary" size="s">
          {chosenFromList(draft, field) ? "Done" : "Apply"}
        </Button>
      )}
    </form>
  );
}

function ValueEditor({
  table,
  field,
  draft,
  onTake,
}: {
  table: string;
  field: FieldDef;
  draft: Filter;
  onTake: (value: string) => void;
}) {
  if (presence(draft.operator)) {
    return (
      <Select aria-label="Empty or not" value={draft.value} onChange={(event) => onTake(event.target.value)}>
        <option value="true">Is empty</option>
        <option value="false">Is not empty</option>
      </Select>
    );
  }
  if (draft.operator === "between") return <PairEditor field={field} value={draft.value} onTake={onTake} />;
  const values = readList(draft.value);
  const toggle = (value: string) =>
    onTake(writeList(values.includes(value) ? values.filter((other) => other !== value) : [...values, value]));
  if (field.kind.type === "text" && (draft.operator === "in" || draft.operator === "not_in")) {
    return <ValueChoices table={table} field={field.name} label={field.label} chosen={values} onToggle={toggle} />;
  }
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
      return (
        <>
          {field.kind.object === "user" && <RelativePeople values={values} onToggle={toggle} />}
          <Choices objectName={field.kind.object} chosen={values} onChoose={toggle} />
        </>
      );
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
      return <DayInput label="Value" value={readDay(draft.value)} onChange={(day) => onTake(writeDay(day))} />;
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

function PairEditor({ field, value, onTake }: { field: FieldDef; value: string; onTake: (value: string) => void }) {
  const [low, high] = readPair(value);
  const dated = field.kind.type === "date" || field.kind.type === "date_time";
  if (dated) {
    return (
      <>
        <DayInput label="From" value={low} onChange={(day) => onTake(writePair(day, high))} />
        <DayInput label="To" value={high} onChange={(day) => onTake(writePair(low, day))} />
      </>
    );
  }
  return (
    <div className={css.pair}>
      <Input
        aria-label="From"
        inputMode="decimal"
        autoFocus
        value={String(low)}
        onChange={(event) => onTake(writePair(event.target.value, high))}
      />
      <Input
        aria-label="To"
        inputMode="decimal"
        value={String(high)}
        onChange={(event) => onTake(writePair(low, event.target.value))}
      />
    </div>
  );
}

/** Operators that ask whether there is a value. */
function presence(operator: Operator): boolean {
  return operator === "is_null" || operator === "is_empty";
}

/** Operators of one shape can keep the value when they are exchanged. */
function shapeOf(operator: Operator): string {
  if (presence(operator)) return "presence";
  if (operator === "between") return "pair";
  return operator === "in" || operator === "not_in" ? "list" : "one";
}

/** Whether the value is picked rather than typed. */
function chosenFromList(draft: Filter, field: FieldDef): boolean {
  const listed = field.kind.type === "text" && shapeOf(draft.operator) === "list";
  return presence(draft.operator) || listed || ["choice", "link", "bool"].includes(field.kind.type);
}
