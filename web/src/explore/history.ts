/** Statements that were run, newest first, kept in this browser. */

const KEY = "leadhouse.sql.history";
const DRAFT = "leadhouse.sql.draft";
const MOST_KEPT = 50;

export interface PastStatement {
  sql: string;
  at: string;
  rows: number | null;
}

export function pastStatements(): PastStatement[] {
  try {
    const json: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(json) ? json.filter(readsAsPast) : [];
  } catch {
    return [];
  }
}

export function rememberStatement(statement: PastStatement): PastStatement[] {
  const kept = [statement, ...pastStatements().filter(({ sql }) => sql !== statement.sql)].slice(0, MOST_KEPT);
  keep(KEY, JSON.stringify(kept));
  return kept;
}

export function forgetStatements(): void {
  keep(KEY, "[]");
}

export function draftStatement(): string | undefined {
  try {
    return localStorage.getItem(DRAFT) ?? undefined;
  } catch {
    return undefined;
  }
}

export function keepStatement(sql: string): void {
  keep(DRAFT, sql);
}

function keep(key: string, text: string): void {
  try {
    localStorage.setItem(key, text);
  } catch {
    // Storage is off or full: the history lives as long as the page.
  }
}

function readsAsPast(json: unknown): json is PastStatement {
  return typeof json === "object" && json !== null && "sql" in json && typeof json.sql === "string" && "at" in json;
}
