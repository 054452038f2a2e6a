/** What a list shows: filters, order and columns, all of it in the address. */
import { fieldOf, masked, type ObjectDef } from "@/api/catalog.ts";
import { type Filter, type Operator, OPERATORS } from "@/api/records.ts";

export interface ListView {
  q: string;
  /** A field, `-` before it for descending; empty for newest first. */
  sort: string;
  filters: Filter[];
  columns: string[];
}

const FILTER_PARAMETER = /^filter\[(\w+)\](?:\[(\w+)\])?$/;

/** Columns of the objects people work with most; others get their first fields. */
const PREFERRED: Record<string, string[]> = {
  leads: ["name", "score", "status", "company_name", "source", "estimated_value", "owner_id", "updated_at"],
  contacts: ["name", "job_title", "company_id", "email", "phone", "lifecycle", "owner_id"],
  companies: ["name", "industry", "size", "country", "lifecycle", "annual_revenue", "owner_id"],
  deals: ["name", "stage_id", "amount", "status", "company_id", "expected_close_on", "owner_id", "stage_entered_at"],
  tasks: ["name", "kind", "status", "priority", "due_at", "owner_id"],
  activities: ["subject", "kind", "direction", "outcome", "occurred_at", "lead_id", "owner_id"],
  users: ["name", "username", "role", "team_id", "email", "status"],
};
const MAX_DEFAULT_COLUMNS = 7;
const NOT_BY_DEFAULT = new Set(["json", "long_text"]);
const RARELY_WANTED = new Set(["external_id", "currency", "description"]);

export function readView(object: ObjectDef, parameters: URLSearchParams): ListView {
  const filters: Filter[] = [];
  for (const [name, value] of parameters) {
    const [, field, operator = "eq"] = FILTER_PARAMETER.exec(name) ?? [];
    const known = OPERATORS.find((candidate) => candidate === operator);
    if (field && known && fieldOf(object, field)) filters.push({ field, operator: known, value });
  }
  const columns = (parameters.get("columns") ?? "").split(",").filter((name) => fieldOf(object, name));
  const sort = parameters.get("sort") ?? "";
  return {
    q: parameters.get("q") ?? "",
    sort: fieldOf(object, sort.replace(/^-/, "")) ? sort : "",
    filters,
    columns: columns.length > 0 ? columns : defaultColumns(object),
  };
}

/** The address of a view; what is as usual is left out. */
export function writeView(object: ObjectDef, view: ListView): URLSearchParams {
  const parameters = new URLSearchParams();
  if (view.q) parameters.set("q", view.q);
  if (view.sort) parameters.set("sort", view.sort);
  for (const { field, operator, value } of view.filters) parameters.append(`filter[${field}][${operator}]`, value);
  if (view.columns.join() !== defaultColumns(object).join()) parameters.set("columns", view.columns.join(","));
  return parameters;
}

export function defaultColumns(object: ObjectDef): string[] {
  const preferred = (PREFERRED[object.table] ?? []).filter((name) => fieldOf(object, name));
  if (preferred.length > 0) return preferred.filter((name) => name === object.title || !masked(object, name));
  const plain = object.fields.filter(
    (field) => !NOT_BY_DEFAULT.has(field.kind.type) && !RARELY_WANTED.has(field.name) && !masked(object, field.name),
  );
  const names = [object.title, ...plain.map((field) => field.name).filter((name) => name !== object.title)];
  return names.slice(0, MAX_DEFAULT_COLUMNS);
}

/** Ascending, descending, then as it was. */
export function nextSort(current: string, field: string): string {
  if (current === field) return `-${field}`;
  if (current === `-${field}`) return "";
  return field;
}

/** Operators that make sense for a field, the most likely first. */
export function operatorsOf(object: ObjectDef, name: string): Operator[] {
  const kind = fieldOf(object, name)?.kind;
  switch (kind?.type) {
    case "text":
    case "long_text":
    case "email":
    case "phone":
    case "url":
      return ["contains", "eq", "starts_with", "is_null"];
    case "choice":
    case "link":
      return ["in", "is_null"];
    case "bool":
      return ["eq"];
    case "integer":
    case "decimal":
    case "money":
    case "date":
    case "date_time":
      return ["gte", "lte", "eq", "is_null"];
    case "json":
    case undefined:
      return ["is_null"];
  }
}

/** An operator in words, for chips. */
export function operatorLabel(operator: Operator, dated: boolean): string {
  const labels: Record<Operator, string> = {
    eq: "is",
    ne: "is not",
    gt: dated ? "after" : "more than",
    gte: dated ? "from" : "at least",
    lt: dated ? "before" : "less than",
    lte: dated ? "until" : "at most",
    in: "is",
    contains: "contains",
    starts_with: "starts with",
    is_null: "is empty",
  };
  return labels[operator];
}
