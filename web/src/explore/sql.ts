/** Statements and what they answer. */
import { queryOptions } from "@tanstack/react-query";
import { download, requestWithHeaders, request } from "@/api/client.ts";

export interface SqlColumn {
  name: string;
  label: string;
  type: string;
  masked: boolean;
}

export interface SqlTable {
  name: string;
  label: string;
  rows: number | null;
  history: boolean;
  columns: SqlColumn[];
}

export const schemaQuery = queryOptions({
  queryKey: ["sql-schema"],
  queryFn: async ({ signal }) => (await request<{ tables: SqlTable[] }>("/api/sql/schema", { signal })).tables,
  staleTime: 60_000,
});

export type SqlCell = string | number | boolean | null;

export interface SqlAnswer {
  columns: { name: string; type: string }[];
  rows: Record<string, SqlCell>[];
  row_count: number;
  truncated: boolean;
  elapsed_ms: number;
  as_of: string;
  lag_ms: number;
  lsn: string;
}

export async function runSql(sql: string, signal: AbortSignal): Promise<SqlAnswer> {
  const { value } = await requestWithHeaders<SqlAnswer>("/api/sql", { method: "POST", body: { sql }, signal });
  return value;
}

export type SqlFormat = "csv" | "parquet" | "json";

export function downloadSql(sql: string, format: SqlFormat): Promise<void> {
  return download("/api/sql", `result.${format}`, { method: "POST", body: { sql, format } });
}

/** Where a statement is wrong, as offsets into its text; undefined when the message does not tell. */
export function faultIn(sql: string, message: string): { from: number; to: number } | undefined {
  const [, line, column] = /line:?\s*(\d+),?\s*column:?\s*(\d+)/i.exec(message) ?? [];
  if (line && column) {
    const before = sql
      .split("\n")
      .slice(0, Number(line) - 1)
      .reduce((sum, text) => sum + text.length + 1, 0);
    const from = Math.min(before + Number(column) - 1, sql.length);
    const word = /^\w+/.exec(sql.slice(from))?.[0].length ?? 1;
    return { from, to: Math.min(from + word, sql.length) };
  }
  const [, named] = /`([^`]+)`/.exec(message) ?? [];
  if (named) {
    const at = new RegExp(`(?<![\\w])${named.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w])`, "i").exec(sql);
    if (at) return { from: at.index, to: at.index + named.length };
  }
  if (/EOF|end of/i.test(message)) return { from: sql.trimEnd().length, to: sql.trimEnd().length };
  return undefined;
}

/** Line and column of an offset, counted from 1, for people. */
export function lineOf(sql: string, offset: number): { line: number; column: number } {
  const before = sql.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
