import { X } from "lucide-react";
import { useState } from "react";
import { Button } from "@/ui/Button.tsx";
import { Checkbox, Field, Input, Select } from "@/ui/Field.tsx";
import { needsValue, OPERATOR_WORDS, operatorsFor } from "./conditions.ts";
import { removeAt, setCondition } from "./edit.ts";
import css from "./FilterEditor.module.css";
import type { Model } from "./model.ts";
import { RangeInput } from "./RangeInput.tsx";
import {
  type FieldCondition,
  fieldPath,
  type FilterOperator,
  type Literal,
  type ReportSpec,
  type ValueFormat,
} from "./spec.ts";
import { ValueSuggestions } from "./ValueSuggestions.tsx";

export interface FilterEditorProps {
  index: number;
  condition: FieldCondition;
  spec: ReportSpec;
  model: Model;
  onChange: (spec: ReportSpec) => void;
  onClose: () => void;
}

/** Which records count, by one field. */
export function FilterEditor({ index, condition, spec, model, onChange, onClose }: FilterEditorProps) {
  const [draft, setDraft] = useState<FieldCondition>(condition);
  const field = model.field(fieldPath(condition));
  const format = field?.format ?? "text";
  const options = field?.options ?? [];
  const operators = withCurrent(operatorsFor(format, options.length > 0), draft.op);
  const chooseOperator = (op: FilterOperator) => setDraft(withOperator(draft, op, format, options));
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        onChange(setCondition(spec, index, draft));
        onClose();
      }}
    >
      <Field label={field?.trail ?? fieldPath(condition)}>
        {(control) => (
          <Select
            {...control}
            value={draft.op}
            onChange={(event) =>
              chooseOperator(operators.find((operator) => operator === event.target.value) ?? draft.op)
            }
          >
            {operators.map((operator) => (
              <option key={operator} value={operator}>
                {OPERATOR_WORDS[operator]}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {needsValue(draft.op) && (
        <ValueInput
          draft={draft}
          format={format}
          options={options}
          onValue={(value) => setDraft({ ...draft, value })}
        />
      )}
      <div className={css.verbs}>
        <Button
          variant="ghost"
          icon={<X size={14} aria-hidden />}
          onClick={() => {
            onChange(removeAt(spec, { shelf: "filters", index }));
            onClose();
          }}
        >
          Remove
        </Button>
        <Button type="submit" variant="primary">
          Apply
        </Button>
      </div>
    </form>
  );
}

interface ValueInputProps {
  draft: FieldCondition;
  format: ValueFormat;
  options: readonly string[];
  onValue: (value: Literal) => void;
}

function ValueInput({ draft, format, options, onValue }: ValueInputProps) {
  const { op, value } = draft;
  const dated = format === "date" || format === "date_time";
  if (op === "in_range") return <RangeInput value={value} onValue={onValue} />;
  if (op === "between") {
    const [from, to] = Array.isArray(value) ? value : [];
    const type = dated ? "date" : "text";
    return (
      <div className={css.pair}>
        <Field label="From">
          {(control) => (
            <Input
              {...control}
              type={type}
              required
              value={String(from ?? "")}
              onChange={(event) => onValue([event.target.value, String(to ?? "")])}
            />
          )}
        </Field>
        <Field label="To">
          {(control) => (
            <Input
              {...control}
              type={type}
              required
              value={String(to ?? "")}
              onChange={(event) => onValue([String(from ?? ""), event.target.value])}
            />
          )}
        </Field>
      </div>
    );
  }
  if (format === "bool")
    return <Checkbox label="Yes" checked={value === true} onChange={(event) => onValue(event.target.checked)} />;
  const chosen = Array.isArray(value) ? value.map(String) : [];
  if ((op === "in" || op === "not_in") && options.length > 0) {
    return (
      <div className={css.options}>
        {options.map((option) => (
          <Checkbox
            key={option}
            label={option}
            checked={chosen.includes(option)}
            onChange={(event) =>
              onValue(event.target.checked ? [...chosen, option] : chosen.filter((other) => other !== option))
            }
          />
        ))}
      </div>
    );
  }
  if (op === "in" || op === "not_in") {
    return (
      <Field label="Values" help="One per line.">
        {(control) => (
          <textarea
            {...control}
            className={css.lines}
            rows={5}
            required
            value={chosen.join("\n")}
            onChange={(event) => onValue(event.target.value.split("\n"))}
          />
        )}
      </Field>
    );
  }
  const text = typeof value === "object" ? "" : String(value ?? "");
  if (dated)
    return (
      <Field label="Date">
        {(control) => (
          <Input {...control} type="date" required value={text} onChange={(event) => onValue(event.target.value)} />
        )}
      </Field>
    );
  if (format !== "text")
    return (
      <Field label="Value">
        {(control) => (
          <Input
            {...control}
            inputMode="decimal"
            pattern="-?[0-9]+([.][0-9]+)?"
            title="A number such as 5000 or 0.25"
            required
            value={text}
            onChange={(event) => onValue(event.target.value)}
          />
        )}
      </Field>
    );
  return <ValueSuggestions path={fieldPath(draft)} value={text} onValue={onValue} />;
}

function withCurrent(operators: FilterOperator[], current: FilterOperator): FilterOperator[] {
  return operators.includes(current) ? operators : [current, ...operators];
}

/** Keeps what was typed where the other operator can use it. */
function withOperator(
  draft: FieldCondition,
  op: FilterOperator,
  format: ValueFormat,
  options: readonly string[],
): FieldCondition {
  const { value: old, ...rest } = draft;
  if (!needsValue(op)) return { ...rest, op };
  if (op === "in_range") return { ...rest, op, value: { rel: "this", unit: "year" } };
  if (op === "between") return { ...rest, op, value: ["", ""] };
  if (op === "in" || op === "not_in")
    return {
      ...rest,
      op,
      value: Array.isArray(old) ? old : typeof old === "string" && old !== "" ? [old] : [...options],
    };
  if (format === "bool") return { ...rest, op, value: true };
  const first = Array.isArray(old) ? old[0] : old;
  return { ...rest, op, value: typeof first === "string" || typeof first === "number" ? first : "" };
}
