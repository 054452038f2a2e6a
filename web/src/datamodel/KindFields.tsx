import { type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { Field, Select, TextArea } from "@/ui/Field.tsx";
import { type KindDraft, KINDS, kindsFor } from "./kinds.ts";

/** What a new field holds, and what else must be known for that. */
export function KindFields({
  object,
  kind,
  error,
  onChange,
}: {
  object: ObjectDef;
  kind: KindDraft;
  error: string | undefined;
  onChange: (kind: KindDraft) => void;
}) {
  const catalog = useCatalog();
  const targets = catalog.objects.filter(({ ownership }) => ownership !== "personal");
  return (
    <>
      <Field label="Holds" required help="It cannot change later" error={kind.type === "choice" ? undefined : error}>
        {(control) => (
          <Select
            {...control}
            value={kind.type}
            onChange={(event) => {
              const chosen = KINDS.find(({ type }) => type === event.target.value);
              if (chosen) onChange({ ...kind, type: chosen.type });
            }}
          >
            {kindsFor(object).map(({ type, label }) => (
              <option key={type} value={type}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {kind.type === "choice" && (
        <OptionsField value={kind.options} error={error} onChange={(options) => onChange({ ...kind, options })} />
      )}
      {kind.type === "decimal" && (
        <Field label="Digits after the point">
          {(control) => (
            <Select
              {...control}
              value={kind.scale}
              onChange={(event) => onChange({ ...kind, scale: event.target.value })}
            >
              {["0", "1", "2", "3", "4", "6"].map((digits) => (
                <option key={digits}>{digits}</option>
              ))}
            </Select>
          )}
        </Field>
      )}
      {kind.type === "link" && (
        <Field label="Links to" required>
          {(control) => (
            <Select
              {...control}
              value={kind.object}
              onChange={(event) => onChange({ ...kind, object: event.target.value })}
            >
              {targets.map(({ name, plural_label }) => (
                <option key={name} value={name}>
                  {plural_label}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
    </>
  );
}

/** The words of a choice, one per line. */
export function OptionsField({
  value,
  error,
  onChange,
}: {
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}) {
  return (
    <Field label="Options" required help="One per line, in the order of the list" error={error}>
      {(control) => (
        <TextArea {...control} required rows={5} value={value} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}
