import type { FieldDef } from "@/api/catalog.ts";
import type { FilterValue, Operator, Period } from "@/api/records.ts";
import { formatChoice } from "@/format/format.ts";
import { Checkbox, Input, Select } from "@/ui/Field.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { Choices } from "../RecordPicker.tsx";
import { useTitle } from "../titles.ts";
import { DayInput } from "./DayInput.tsx";
import css from "./FilterEditor.module.css";
import { isPeriod } from "./filterTree.ts";
import { ValueChoices } from "./ValueChoices.tsx";

interface ValueProps {
  field: FieldDef;
  /** Where the values of the field are found, to pick from. */
  source: { table: string; field: string };
  operator: Operator;
  value: FilterValue;
  onChange: (value: FilterValue) => void;
}

/** What a value begins as when the operator or the field changes. */
export function firstValue(field: FieldDef | undefined, operator: Operator): FilterValue {
  if (operator === "is_null" || operator === "is_empty" || field?.kind.type === "bool") return true;
  if (operator === "in" || operator === "not_in") return [];
  return operator === "between" ? ["", ""] : "";
}

/** Edits the value of one condition by the kind of its field and its operator. */
export function ValueInput({ field, source, operator, value, onChange }: ValueProps) {
  const label = `${field.label}: value`;
  if (operator === "is_null" || operator === "is_empty") {
    return <YesNo label={label} value={value === true} onChange={onChange} />;
  }
  if (operator === "in" || operator === "not_in") {
    return <ListInput field={field} source={source} values={textsOf(value)} onChange={onChange} />;
  }
  if (operator === "between") {
    const [low = "", high = ""] = Array.isArray(value) ? value : [];
    return (
      <div className={css.pair}>
        <OneInput
          field={field}
          label={`${field.label}: from`}
          value={low}
          onChange={(next) => onChange([next, high])}
        />
        <OneInput field={field} label={`${field.label}: to`} value={high} onChange={(next) => onChange([low, next])} />
      </div>
    );
  }
  if (field.kind.type === "bool") return <YesNo label={label} value={value === true} onChange={onChange} />;
  return <OneInput field={field} label={label} value={Array.isArray(value) ? "" : value} onChange={onChange} />;
}

function OneInput({
  field,
  label,
  value,
  onChange,
}: {
  field: FieldDef;
  label: string;
  value: Exclude<FilterValue, unknown[]>;
  onChange: (value: string | Period) => void;
}) {
  const kind = field.kind.type;
  if (kind === "date" || kind === "date_time") {
    return <DayInput label={label} value={isPeriod(value) ? value : String(value)} onChange={onChange} />;
  }
  const number = kind === "integer" || kind === "decimal" || kind === "money";
  return (
    <Input
      aria-label={label}
      {...(number ? { inputMode: "decimal" } : {})}
      value={isPeriod(value) ? "" : String(value)}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function YesNo({ label, value, onChange }: { label: string; value: boolean; onChange: (value: boolean) => void }) {
  return (
    <Select aria-label={label} value={String(value)} onChange={(event) => onChange(event.target.value === "true")}>
      <option value="true">Yes</option>
      <option value="false">No</option>
    </Select>
  );
}

function ListInput({
  field,
  source,
  values,
  onChange,
}: {
  field: FieldDef;
  source: ValueProps["source"];
  values: string[];
  onChange: (values: string[]) => void;
}) {
  const toggle = (value: string) =>
    onChange(values.includes(value) ? values.filter((other) => other !== value) : [...values, value]);
  if (field.kind.type === "choice") {
    return (
      <div className={css.wrapped} role="group" aria-label={field.label}>
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
  }
  if (field.kind.type === "link") {
    const target = field.kind.object;
    return (
      <Popover
        label={`Choose for ${field.label}`}
        width={300}
        trigger={
          <button type="button" className={css.chosen}>
            {values.length === 0 ? "Choose…" : <ChosenRecords objectName={target} ids={values} />}
          </button>
        }
      >
        {target === "user" && <RelativePeople values={values} onToggle={toggle} />}
        <Choices objectName={target} chosen={values} onChoose={toggle} />
      </Popover>
    );
  }
  if (field.kind.type === "text") {
    return (
      <Popover
        label={`Choose for ${field.label}`}
        width={300}
        trigger={
          <button type="button" className={css.chosen}>
            {values.length === 0 ? "Choose…" : values.join(", ")}
          </button>
        }
      >
        <ValueChoices {...source} label={field.label} chosen={values} onToggle={toggle} />
      </Popover>
    );
  }
  return (
    <Input
      aria-label={`${field.label}: values, separated by commas`}
      placeholder="One, another"
      value={values.join(", ")}
      onChange={(event) => onChange(event.target.value.split(/,\s*/))}
    />
  );
}

const RELATIVE_PEOPLE = [
  { id: "me", label: "Whoever looks (me)" },
  { id: "my_team", label: "Their team" },
];

/** People that depend on who looks at the view. */
export function RelativePeople({ values, onToggle }: { values: readonly string[]; onToggle: (id: string) => void }) {
  return (
    <div className={css.wrapped}>
      {RELATIVE_PEOPLE.map(({ id, label }) => (
        <Checkbox key={id} label={label} checked={values.includes(id)} onChange={() => onToggle(id)} />
      ))}
    </div>
  );
}

/** The names of chosen records: the first, and how many more. */
export function ChosenRecords({ objectName, ids }: { objectName: string; ids: readonly string[] }) {
  const [first = "", ...others] = ids;
  const relative = first === "me" ? "me" : first === "my_team" ? "my team" : null;
  const { title } = useTitle(objectName, relative ? null : first);
  return (
    <>
      {relative ?? title ?? "…"}
      {others.length > 0 && ` +${others.length}`}
    </>
  );
}

function textsOf(value: FilterValue): string[] {
  return Array.isArray(value) ? value.filter((part) => !isPeriod(part)).map(String) : [];
}
