import type { FieldValue } from "@/api/records.ts";
import { formatAge, formatJson } from "@/format/format.ts";
import css from "./Timeline.module.css";

/** Old and new values of changed fields. */
export function FieldChanges({ fields }: { fields: FieldValue }) {
  const changes = Array.isArray(fields) ? fields : [];
  return (
    <ul className={css.changes}>
      {changes.map((change) => {
        if (change === null || typeof change !== "object" || Array.isArray(change)) return null;
        const name = String(change.field ?? "");
        if (/(_id|_reasons)$/.test(name)) return null;
        return (
          <li key={name}>
            <span>{String(change.label ?? name)}</span> <del>{changedText(change.old ?? null)}</del>{" "}
            <span aria-hidden>→</span> <ins>{changedText(change.new ?? null)}</ins>
          </li>
        );
      })}
    </ul>
  );
}

/** One side of a change. */
export function changedText(value: FieldValue): string {
  if (value === null || value === "") return "empty";
  if (typeof value === "string") return /^\d{4}-\d{2}-\d{2}T/.test(value) ? formatAge(value) : value;
  return typeof value === "object" ? formatJson(value) : String(value);
}
