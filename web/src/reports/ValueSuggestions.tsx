import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { Field, Input } from "@/ui/Field.tsx";
import { runQuery } from "./run.ts";

const MOST = 200;

/** Text with the values that occur, asked of the warehouse like any report. */
export function ValueSuggestions({
  path,
  value,
  onValue,
}: {
  path: string;
  value: string;
  onValue: (value: string) => void;
}) {
  const id = useId();
  const object = path.slice(0, path.indexOf("."));
  const { data } = useQuery(
    runQuery({ spec_version: 1, rows: [{ field: path }], values: [{ measure: `${object}.count` }], limit: MOST }, ""),
  );
  const known = data?.result.rows.flatMap((row) => (typeof row.keys[0] === "string" ? [row.keys[0]] : [])) ?? [];
  return (
    <>
      <Field label="Value">
        {(control) => (
          <Input
            {...control}
            list={id}
            required
            autoComplete="off"
            value={value}
            onChange={(event) => onValue(event.target.value)}
          />
        )}
      </Field>
      <datalist id={id}>
        {known.map((text) => (
          <option key={text} value={text} />
        ))}
      </datalist>
    </>
  );
}
