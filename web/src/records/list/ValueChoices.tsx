import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "@/api/keys.ts";
import { fieldValues } from "@/api/records.ts";
import { Checkbox, Input } from "@/ui/Field.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import css from "./FilterEditor.module.css";
import { useDebounced } from "@/ui/useDebounced.ts";

const SHOWN = 30;
const TYPING_PAUSE_MS = 200;

/** The values that a field has, with how many records have each; those that are chosen come first. */
export function ValueChoices({
  table,
  field,
  label,
  chosen,
  onToggle,
}: {
  table: string;
  field: string;
  label: string;
  chosen: readonly string[];
  onToggle: (value: string) => void;
}) {
  const [text, setText] = useState("");
  const sought = useDebounced(text.trim(), TYPING_PAUSE_MS);
  const found = useQuery({
    queryKey: keys.values(table, field, sought),
    queryFn: ({ signal }) => fieldValues(table, field, sought, SHOWN, signal),
    placeholderData: keepPreviousData,
  });
  const items = (found.data?.items ?? []).filter((item) => !chosen.includes(item.value));
  return (
    <div className={css.values} role="group" aria-label={label}>
      <Input
        aria-label={`Search the values of ${label}`}
        placeholder="Search values"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className={css.options}>
        {chosen.map((value) => (
          <Checkbox key={value} label={value} checked onChange={() => onToggle(value)} />
        ))}
        {items.map(({ value, count }) => (
          <Checkbox
            key={value}
            label={
              <>
                {value} <span className={css.count}>{count}</span>
              </>
            }
            checked={false}
            onChange={() => onToggle(value)}
          />
        ))}
      </div>
      {found.error && <ProblemState error={found.error} compact />}
      {found.data?.more && <p className={css.hint}>Type to see others.</p>}
      {found.data && items.length === 0 && chosen.length === 0 && <p className={css.hint}>No values.</p>}
    </div>
  );
}
