import { useState } from "react";
import { masked, type ObjectDef } from "@/api/catalog.ts";
import { classes } from "@/ui/classes.ts";
import { sayProblem } from "@/ui/toast.tsx";
import { Field, Select } from "@/ui/Field.tsx";
import { StepFooter } from "./StepFooter.tsx";
import css from "./Imports.module.css";
import { type ImportChoice, type ImportFile, lookInto } from "./importApi.ts";

const SAMPLES = 3;

export interface ColumnsStepProps {
  object: ObjectDef;
  file: ImportFile;
  choice: ImportChoice;
  onChange: (choice: ImportChoice) => void;
  onSheet: (file: ImportFile, sheet: string) => void;
  onBack: () => void;
  onNext: () => void;
}

/** Which field each column becomes. */
export function ColumnsStep({ object, file, choice, onChange, onSheet, onBack, onNext }: ColumnsStepProps) {
  const [busy, setBusy] = useState(false);
  const fields = object.fields.filter((field) => !field.computed && !masked(object, field.name));
  const taken = new Set(Object.values(choice.fields));
  const missing = fields.filter((field) => field.required && field.default === null && !taken.has(field.name));
  const set = (column: string, field: string) => {
    const next = { ...choice.fields };
    if (field === "") delete next[column];
    else next[column] = field;
    onChange({ ...choice, fields: next });
  };
  const changeSheet = async (sheet: string) => {
    setBusy(true);
    try {
      onSheet(await lookInto(object.table, file.id, sheet), sheet);
    } catch (thrown) {
      sayProblem("The sheet cannot be read", thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {file.sheets.length > 1 && (
        <Field label="Sheet">
          {(control) => (
            <Select
              {...control}
              disabled={busy}
              value={choice.sheet ?? file.sheets[0]}
              onChange={(event) => void changeSheet(event.target.value)}
            >
              {file.sheets.map((sheet) => (
                <option key={sheet}>{sheet}</option>
              ))}
            </Select>
          )}
        </Field>
      )}
      <div className={css.scroll}>
        <table className={classes(css.table, css.matching)}>
          <thead>
            <tr>
              <th scope="col">Column of the file</th>
              <th scope="col">Examples</th>
              <th scope="col">Field</th>
            </tr>
          </thead>
          <tbody>
            {file.columns.map((column, position) => (
              <tr key={column.name}>
                <th scope="row">
                  {column.name}
                  <span className={css.below}>{samples(file, position)}</span>
                </th>
                <td className={css.samples}>{samples(file, position) || "(empty)"}</td>
                <td>
                  <Select
                    aria-label={`Field of ${column.name}`}
                    value={choice.fields[column.name] ?? ""}
                    onChange={(event) => set(column.name, event.target.value)}
                  >
                    <option value="">Leave out</option>
                    {fields.map((field) => (
                      <option
                        key={field.name}
                        value={field.name}
                        disabled={taken.has(field.name) && choice.fields[column.name] !== field.name}
                      >
                        {field.label}
                        {field.required ? " *" : ""}
                      </option>
                    ))}
                  </Select>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <StepFooter
        onBack={onBack}
        onNext={onNext}
        reason={
          missing.length > 0
            ? `Choose a column for ${missing.map((field) => field.label).join(", ")}`
            : taken.size === 0
              ? "Choose a field for at least one column"
              : undefined
        }
      />
    </>
  );
}

function samples(file: ImportFile, position: number): string {
  const cells = file.rows.map((row) => row[position] ?? "").filter(Boolean);
  return [...new Set(cells)].slice(0, SAMPLES).join(" · ");
}
