import { useQuery } from "@tanstack/react-query";
import { ChevronRight, EyeOff, History, Search, Table2 } from "lucide-react";
import { useState } from "react";
import { formatCompact } from "@/format/format.ts";
import { Input } from "@/ui/Field.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import css from "./SchemaTree.module.css";
import { schemaQuery, type SqlTable } from "./sql.ts";

/** What can be asked: tables with their columns; a press writes the name into the statement. */
export function SchemaTree({ onInsert }: { onInsert: (name: string) => void }) {
  const { data: tables, error, refetch } = useQuery(schemaQuery);
  const [search, setSearch] = useState("");
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set());
  const words = search.toLowerCase().trim();
  const shown = (tables ?? []).filter((table) => fits(table, words));
  const toggle = (name: string) =>
    setOpen((before) =>
      before.has(name) ? new Set([...before].filter((other) => other !== name)) : new Set([...before, name]),
    );
  return (
    <div className={css.tree}>
      <div className={css.search}>
        <Search size={14} aria-hidden />
        <Input
          type="search"
          aria-label="Search tables and columns"
          placeholder="Search tables"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      {error && <ProblemState error={error} compact onRetry={() => void refetch()} />}
      {!tables && !error && <SkeletonRows count={6} />}
      <ul className={css.tables} aria-label="Tables">
        {shown.map((table) => {
          const isOpen = open.has(table.name) || (words !== "" && !table.name.includes(words));
          return (
            <li key={table.name}>
              <div className={css.table}>
                <button
                  type="button"
                  className={css.toggle}
                  aria-expanded={isOpen}
                  aria-label={`Columns of ${table.name}`}
                  onClick={() => toggle(table.name)}
                >
                  <ChevronRight size={14} aria-hidden />
                </button>
                <button
                  type="button"
                  className={css.name}
                  title={`${table.label}: write its name into the statement`}
                  onClick={() => onInsert(table.name)}
                >
                  <Table2 size={14} aria-hidden />
                  <span>{table.name}</span>
                  {table.rows !== null && <small>{formatCompact(table.rows)}</small>}
                </button>
              </div>
              {isOpen && <Columns table={table} words={words} onInsert={onInsert} />}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Columns({ table, words, onInsert }: { table: SqlTable; words: string; onInsert: (name: string) => void }) {
  const columns =
    words && !table.name.includes(words) ? table.columns.filter(({ name }) => name.includes(words)) : table.columns;
  return (
    <ul className={css.columns} aria-label={`Columns of ${table.name}`}>
      {columns.map(({ name, label, type, masked }) => (
        <li key={name}>
          <button
            type="button"
            className={css.column}
            title={masked ? `${label}: hidden from your role, always null` : label}
            onClick={() => onInsert(name)}
          >
            <span>{name}</span>
            {masked && <EyeOff size={12} aria-label="hidden from your role" />}
            <small>{type}</small>
          </button>
        </li>
      ))}
      {table.history && (
        <li>
          <button
            type="button"
            className={css.column}
            title="Every version of every row"
            onClick={() => onInsert(`${table.name}_history`)}
          >
            <span>{table.name}_history</span>
            <History size={12} aria-hidden />
          </button>
        </li>
      )}
    </ul>
  );
}

function fits(table: SqlTable, words: string): boolean {
  return (
    words === "" ||
    table.name.includes(words) ||
    table.label.toLowerCase().includes(words) ||
    table.columns.some(({ name }) => name.includes(words))
  );
}
