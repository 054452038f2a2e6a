import { useCatalog } from "@/api/catalog.ts";
import { workObjects } from "@/shell/navigation.tsx";
import { Field, Input, Select } from "@/ui/Field.tsx";
import { EVENTS, type RuleDraft, withObject } from "./draft.ts";
import type { Faults } from "./faults.ts";
import { WatchedFields } from "./WatchedFields.tsx";
import css from "./Workflow.module.css";

/** What a rule is called, what it watches, and at which moment it acts. */
export function WhenFields({
  draft,
  faults,
  onChange,
}: {
  draft: RuleDraft;
  faults: Faults;
  onChange: (draft: RuleDraft) => void;
}) {
  const catalog = useCatalog();
  const object = catalog.byName(draft.object);
  const objects = workObjects(catalog).filter(
    ({ ownership, writers }) => ownership === "owned" && writers !== "system",
  );
  const known = objects.some(({ name }) => name === draft.object);
  const set = (change: Partial<RuleDraft>) => onChange({ ...draft, ...change });
  const watch = (name: string) => {
    const chosen = catalog.byName(name);
    if (chosen) onChange(withObject(draft, chosen));
  };
  return (
    <div className={css.fields}>
      <Field label="Name" required error={faults.name}>
        {(control) => (
          <Input
            {...control}
            value={draft.name}
            maxLength={120}
            onChange={(event) => set({ name: event.target.value })}
          />
        )}
      </Field>
      <div className={css.row}>
        <Field label="Object" required error={faults.object} help="Another one begins the rest anew.">
          {(control) => (
            <Select {...control} value={draft.object} onChange={(event) => watch(event.target.value)}>
              {!known && <option value={draft.object}>{object?.label ?? (draft.object || "Choose one")}</option>}
              {objects.map(({ name, label }) => (
                <option key={name} value={name}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Acts when" required error={faults.event}>
          {(control) => (
            <Select
              {...control}
              value={draft.event}
              onChange={(event) =>
                set({ event: EVENTS.find(({ value }) => value === event.target.value)?.value ?? "saved" })
              }
            >
              {EVENTS.map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field
          label="Position"
          required
          error={faults.position}
          help="Rules that start at the same moment act in this order."
        >
          {(control) => (
            <Input
              {...control}
              type="number"
              min={1}
              max={1000}
              value={draft.position}
              onChange={(event) => set({ position: Number(event.target.value) })}
            />
          )}
        </Field>
      </div>
      {object && draft.event !== "created" && (
        <WatchedFields
          object={object}
          chosen={draft.watched}
          error={faults.watched_fields}
          onChosen={(watched) => set({ watched })}
        />
      )}
    </div>
  );
}
