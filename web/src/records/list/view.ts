/** What a list shows: filters, order and columns, all of it in the address. */
import { type Catalog, type FieldDef, fieldOf, masked, type ObjectDef } from "@/api/catalog.ts";
import { type Filter, type FilterTree, type Operator, OPERATORS } from "@/api/records.ts";
import { readTree } from "./filterTree.ts";

export interface ListView {
  q: string;
  /** A field, `-` before it for descending; empty for newest first. */
  sort: string;
  filters: Filter[];
  /** Groups of conditions besides the filters. */
  tree: FilterTree | null;
  columns: string[];
}

const FILTER_PARAMETER = /^filter\[(\w+)\](?:\[(\w+)\])?$/;

/** Columns of the objects people work with most; others get their first fields. */
const PREFERRED: Record<string, string[]> = {
  leads: [
    "name",
    "score",
    "status",
    "company_name",
    "source",
    "estimated_value",
    "follow_up_at",
    "owner_id",
    "updated_at",
  ],
  contacts: ["name", "job_title", "company_id", "email", "phone", "lifecycle", "owner_id"],
  companies: ["name", "industry", "size", "country", "lifecycle", "annual_revenue", "owner_id"],
  deals: [
    "name",
    "stage_id",
    "amount",
    "company_id",
    "expected_close_on",
    "follow_up_at",
    "owner_id",
    "stage_entered_at",
  ],
  tasks: ["name", "kind", "status", "priority", "due_at", "owner_id"],
  activities: ["subject", "kind", "direction", "outcome", "occurred_at", "lead_id", "owner_id"],
  users: ["name", "username", "role", "team_id", "email", "status"],
};
const MAX_DEFAULT_COLUMNS = 7;
const NOT_BY_DEFAULT = new Set(["json", "long_text"]);
const RARELY_WANTED = new Set(["external_id", "currency", "description"]);

/** Fields of text with few values, which people pick rather than type. */
const PICKED = new Set(["country", "region", "city", "industry", "source", "lost_reason", "outcome", "department"]);

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
    sort: sortable(object, sort.replace(/^-/, "")) ? sort : "",
    filters,
    tree: readTree(parameters.get("filter")),
    columns: columns.length > 0 ? columns : defaultColumns(object),
  };
}

/** The address of a view; what is as usual is left out. */
export function writeView(object: ObjectDef, view: ListView): URLSearchParams {
  const parameters = new URLSearchParams();
  if (view.q) parameters.set("q", view.q);
  if (view.sort) parameters.set("sort", view.sort);
  for (const { field, operator, value } of view.filters) parameters.append(`filter[${field}][${operator}]`, value);
  if (view.tree) parameters.set("filter", JSON.stringify(view.tree));
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

/** Whether a list can be in the order of this: a field, or a field of a linked record. */
function sortable(object: ObjectDef, key: string): boolean {
  const [first = "", second] = key.split(".");
  return fieldOf(object, second === undefined ? first : `${first}_id`) !== undefined;
}

/** What a column is sorted by: links to things that everybody sees by their names, stages by their place. */
export function sortKey(catalog: Catalog, field: FieldDef): string {
  const target = field.kind.type === "link" ? catalog.byName(field.kind.object) : undefined;
  if (target?.ownership !== "shared" || !field.name.endsWith("_id")) return field.name;
  return `${field.name.slice(0, -3)}.${target.name === "stage" ? "position" : target.title}`;
}

/** Ascending, descending, then as it was. */
export function nextSort(current: string, field: string): string {
  if (current === field) return `-${field}`;
  if (current === `-${field}`) return "";
  return field;
}

/** Operators that make sense for a field, the most likely first. */
export function operatorsOf(field: FieldDef | undefined): Operator[] {
  switch (field?.kind.type) {
    case "text":
    case "long_text":
    case "email":
    case "phone":
    case "url":
      return PICKED.has(field.name)
        ? ["in", "not_in", "contains", "not_contains", "is_empty"]
        : ["contains", "not_contains", "eq", "ne", "in", "not_in", "starts_with", "ends_with", "is_empty"];
    case "choice":
    case "link":
      return ["in", "not_in", "is_empty"];
    case "bool":
      return ["eq"];
    case "integer":
    case "decimal":
    case "money":
      return ["gte", "lte", "gt", "lt", "between", "eq", "ne", "is_empty"];
    case "date":
    case "date_time":
      return ["eq", "gte", "lte", "lt", "gt", "between", "ne", "is_empty"];
    case "json":
    case undefined:
      return ["is_empty"];
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
    between: "between",
    in: "is any of",
    not_in: "is none of",
    contains: "contains",
    not_contains: "does not contain",
    starts_with: "starts with",
    ends_with: "ends with",
    is_null: "is empty",
    is_empty: "is empty",
  };
  return labels[operator];
}
