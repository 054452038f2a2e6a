import { Filter } from "lucide-react";
import type { Catalog } from "@/api/catalog.ts";
import css from "./SqlPage.module.css";

/** Says that statements see only a part of the rows, or hidden columns: numbers are of that part. */
export function RowFilterNote({ catalog }: { catalog: Catalog }) {
  const readable = catalog.objects.filter(({ permissions }) => permissions.read);
  const scopes = new Set(readable.map(({ permissions }) => permissions.visibility).filter((scope) => scope !== "all"));
  const hidden = readable.some(({ permissions }) => permissions.masked.length > 0);
  const rows = scopes.has("own")
    ? "Your statements see your own records and those without an owner"
    : scopes.has("team")
      ? "Your statements see your team's records and those without an owner"
      : undefined;
  if (!rows && !hidden) return null;
  const sentences = [
    rows,
    hidden && (rows ? "personal fields are hidden" : "Personal fields are hidden from your role"),
  ]
    .filter(Boolean)
    .join("; ");
  return (
    <p className={css.note}>
      <Filter size={15} aria-hidden />
      {sentences}. Every number here is of what you may see.
    </p>
  );
}
