import type { FieldDef, ObjectDef } from "@/api/catalog.ts";
import { Field, Select } from "@/ui/Field.tsx";
import { Segments } from "@/ui/Segments.tsx";
import { StepFooter } from "./StepFooter.tsx";
import css from "./Imports.module.css";
import type { ImportChoice, ImportFile, MatchPolicy } from "./importApi.ts";

const POLICIES: readonly { value: MatchPolicy; label: string; help: string }[] = [
  { value: "create", label: "Create all", help: "Every row becomes a new record, also when there is one like it." },
  { value: "skip", label: "Skip", help: "Rows that are there already are left alone; the others are created." },
  { value: "update", label: "Update", help: "Rows that are there already are updated; the others are created." },
];

export interface RuleStepProps {
  object: ObjectDef;
  file: ImportFile;
  choice: ImportChoice;
  onChange: (choice: ImportChoice) => void;
  onBack: () => void;
  onNext: () => void;
}

/** How rows are recognised that are there already, and what happens to them. */
export function RuleStep({ object, file, choice, onChange, onBack, onNext }: RuleStepProps) {
  const mapped = new Set(Object.values(choice.fields));
  const fields = object.fields.filter((field) => mapped.has(field.name) && comparable(field));
  const help = POLICIES.find(({ value }) => value === choice.policy)?.help ?? "";
  const matches = choice.policy !== "create";
  const setPolicy = (policy: MatchPolicy) => {
    const likely = fields.find(({ name }) => ["external_id", "email"].includes(name)) ?? fields[0];
    const matchField = policy === "create" ? null : (choice.matchField ?? likely?.name ?? null);
    onChange({ ...choice, policy, matchField });
  };
  return (
    <>
      <div className={css.rule}>
        <h2>Rows that are there already</h2>
        <Segments label="Rows that are there already" value={choice.policy} options={POLICIES} onChange={setPolicy} />
        <p className={css.help}>{help}</p>
        {matches && (
          <Field label="Recognised by" help="Two rows with the same value here are the same record.">
            {(control) => (
              <Select
                {...control}
                value={choice.matchField ?? ""}
                onChange={(event) => onChange({ ...choice, matchField: event.target.value })}
              >
                {fields.map((field) => (
                  <option key={field.name} value={field.name}>
                    {field.label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
      </div>
      <Preview object={object} file={file} choice={choice} />
      <StepFooter
        onBack={onBack}
        onNext={onNext}
        verb="Check the file"
        reason={matches && !choice.matchField ? "Map a column by which rows can be recognised" : undefined}
      />
    </>
  );
}

/** The first rows as they will be read. */
function Preview({ object, file, choice }: { object: ObjectDef; file: ImportFile; choice: ImportChoice }) {
  const columns = file.columns.flatMap((column, position) => {
    const field = object.fields.find(({ name }) => name === choice.fields[column.name]);
    return field ? [{ field, position }] : [];
  });
  return (
    <div className={css.scroll}>
      <table className={css.table} aria-label="Preview">
        <thead>
          <tr>
            {columns.map(({ field }) => (
              <th key={field.name} scope="col">
                {field.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {file.rows.map((row, line) => (
            <tr key={line}>
              {columns.map(({ field, position }) => (
                <td key={field.name}>{row[position]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function comparable(field: FieldDef): boolean {
  return ["text", "long_text", "email", "phone", "url", "integer", "choice", "link"].includes(field.kind.type);
}
