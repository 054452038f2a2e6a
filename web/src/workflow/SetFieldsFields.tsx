import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { type FieldDef, fieldOf, fixed, type ObjectDef } from "@/api/catalog.ts";
import { keys } from "@/api/keys.ts";
import { fieldValues } from "@/api/records.ts";
import { FieldControl } from "@/records/FieldControl.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Field, Select } from "@/ui/Field.tsx";
import type { ActionDraft, DraftOf } from "./actions.ts";
import css from "./Workflow.module.css";

const SUGGESTED = 30;
const STALE_MS = 5 * 60_000;

interface SetFieldsProps {
  object: ObjectDef;
  action: DraftOf<"set_fields">;
  fault: (part: string) => string | undefined;
  onChange: (action: ActionDraft) => void;
}

/** Fields with the values that they get. */
export function SetFieldsFields({ object, action, fault, onChange }: SetFieldsProps) {
  const texts = Object.entries(action.texts);
  const free = object.fields.filter((field) => settable(object, field) && !(field.name in action.texts));
  const [next] = free;
  const put = (entries: [string, string][]) => onChange({ ...action, texts: Object.fromEntries(entries) });
  return (
    <div className={css.fields}>
      {texts.map(([name, text], position) => {
        const field = fieldOf(object, name);
        const offered = field ? [field, ...free] : free;
        return (
          <div key={position} className={css.setting}>
            <Field label="Field">
              {(control) => (
                <Select
                  {...control}
                  value={name}
                  onChange={(event) =>
                    put(texts.with(position, [event.target.value, startOf(object, event.target.value)]))
                  }
                >
                  {!field && <option value={name}>{name}</option>}
                  {offered.map((one) => (
                    <option key={one.name} value={one.name}>
                      {one.label}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            {field && (
              <Value
                object={object}
                field={field}
                text={text}
                error={fault(name)}
                onChange={(typed) => put(texts.with(position, [name, typed]))}
              />
            )}
            <IconButton
              label={`Leave ${field?.label ?? name} as it is`}
              size="s"
              onClick={() => put(texts.toSpliced(position, 1))}
            >
              <X aria-hidden />
            </IconButton>
          </div>
        );
      })}
      <div>
        <Button
          size="s"
          icon={<Plus aria-hidden />}
          reason={next ? undefined : "Every field is set already."}
          onClick={() => next && put([...texts, [next.name, startOf(object, next.name)]])}
        >
          Field
        </Button>
      </div>
    </div>
  );
}

function Value({
  object,
  field,
  text,
  error,
  onChange,
}: {
  object: ObjectDef;
  field: FieldDef;
  text: string;
  error: string | undefined;
  onChange: (text: string) => void;
}) {
  const { data } = useQuery({
    queryKey: keys.values(object.table, field.name, ""),
    queryFn: ({ signal }) => fieldValues(object.table, field.name, "", SUGGESTED, signal),
    enabled: field.kind.type === "text" && field.name !== object.title,
    staleTime: STALE_MS,
  });
  return (
    <Field
      label={`${field.label} becomes`}
      error={error}
      help={field.required ? undefined : "Leave empty to clear the field."}
    >
      {(control) => (
        <FieldControl
          field={field}
          draft={text}
          onChange={onChange}
          control={control}
          suggestions={data?.items.map(({ value }) => value) ?? []}
        />
      )}
    </Field>
  );
}

/** What makes sense to be the same in many records. */
function settable(object: ObjectDef, field: FieldDef): boolean {
  return !field.computed && !field.unique && field.name !== object.title && !fixed(object, field.name);
}

function startOf(object: ObjectDef, name: string): string {
  return fieldOf(object, name)?.kind.type === "bool" ? "true" : "";
}
