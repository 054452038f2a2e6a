import { type KeyboardEvent, useId } from "react";
import type { FieldDef } from "@/api/catalog.ts";
import { formatChoice } from "@/format/format.ts";
import { Checkbox, type ControlProps, Input, Select, TextArea } from "@/ui/Field.tsx";
import css from "./FieldControl.module.css";
import { RecordPicker } from "./RecordPicker.tsx";

export interface FieldControlProps {
  field: FieldDef;
  draft: string;
  onChange: (draft: string) => void;
  control?: Partial<ControlProps>;
  autoFocus?: boolean;
  onBlur?: () => void;
  onKeyDown?: (event: KeyboardEvent) => void;
  /** Earlier values of free text, offered while typing. */
  suggestions?: readonly string[];
}

/** The control that suits a field. */
export function FieldControl({
  field,
  draft,
  onChange,
  control = {},
  autoFocus = false,
  onBlur,
  onKeyDown,
  suggestions = [],
}: FieldControlProps) {
  const listId = useId();
  const shared = {
    ...control,
    autoFocus,
    onBlur,
    onKeyDown,
    value: draft,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  const { kind } = field;
  switch (kind.type) {
    case "choice":
      return (
        <Select {...shared}>
          {(!field.required || draft === "") && <option value="">{field.required ? "Choose…" : "None"}</option>}
          {kind.options.map((option) => (
            <option key={option} value={option}>
              {formatChoice(option)}
            </option>
          ))}
        </Select>
      );
    case "link":
      return (
        <RecordPicker
          objectName={kind.object}
          value={draft || null}
          onChange={(id) => onChange(id ?? "")}
          control={control}
          required={field.required}
        />
      );
    case "bool":
      return (
        <Checkbox
          {...control}
          label={field.label}
          checked={draft === "true"}
          onChange={(event) => onChange(String(event.target.checked))}
        />
      );
    case "long_text":
      return <TextArea {...shared} />;
    case "json":
      return <TextArea {...shared} rows={3} className={css.code} spellCheck={false} />;
    case "date":
      return <Input {...shared} type="date" />;
    case "date_time":
      return <Input {...shared} type="datetime-local" />;
    case "integer":
    case "decimal":
    case "money":
      return <Input {...shared} inputMode="decimal" autoComplete="off" />;
    case "email":
      return <Input {...shared} type="email" autoComplete="off" />;
    case "phone":
      return <Input {...shared} type="tel" autoComplete="off" />;
    case "url":
      return <Input {...shared} type="url" autoComplete="off" />;
    case "text":
      return (
        <>
          <Input
            {...shared}
            maxLength={kind.max_len}
            autoComplete="off"
            {...(suggestions.length > 0 ? { list: listId } : {})}
          />
          {suggestions.length > 0 && (
            <datalist id={listId}>
              {suggestions.map((value) => (
                <option key={value} value={value} />
              ))}
            </datalist>
          )}
        </>
      );
  }
}
