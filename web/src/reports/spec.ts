/** The report specification, version 1, as the server reads it; the builder's state is such a specification. */

export type Grain = "day" | "week" | "month" | "quarter" | "year";
export type Aggregate = "sum" | "avg" | "min" | "max" | "count" | "count_distinct";
export type ValueFormat = "text" | "bool" | "integer" | "decimal" | "money" | "percent" | "date" | "date_time";

export interface GroupSpec {
  id?: string;
  field?: string;
  fields?: string[];
  grain?: Grain;
  label?: string;
}

export interface ValueSpec {
  id?: string;
  measure?: string;
  field?: string;
  agg?: Aggregate;
  formula?: string;
  where?: Condition;
  label?: string;
  format?: ValueFormat;
}

export type RelativeRange =
  | { rel: "today" | "yesterday" | "tomorrow" }
  | { rel: "this"; unit: Grain }
  | { rel: "last" | "next"; n?: number; unit: Grain; current?: boolean };

export type Literal = string | number | boolean | (string | number | boolean)[] | RelativeRange | { ctx: "me" };

export type FilterOperator =
  | "="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "in"
  | "not_in"
  | "between"
  | "in_range"
  | "contains"
  | "starts_with"
  | "ends_with"
  | "empty"
  | "not_empty";

export interface FieldCondition {
  field?: string;
  fields?: string[];
  op: FilterOperator;
  value?: Literal;
}

export interface RelatedCondition {
  related: string;
  via?: string;
  quantifier: "any" | "none" | "at_least";
  n?: number;
  where?: Condition;
}

export type Condition =
  { and: Condition[] } | { or: Condition[] } | { not: Condition } | FieldCondition | RelatedCondition;

export interface SortSpec {
  by: string;
  direction?: "asc" | "desc";
}

export interface ReportSpec {
  spec_version: 1;
  name?: string;
  title?: string;
  description?: string;
  rows?: GroupSpec[];
  columns?: GroupSpec[];
  values: ValueSpec[];
  where?: Condition;
  having?: unknown;
  sort?: SortSpec[];
  top?: { n: number; by: string; direction?: "asc" | "desc"; per?: string[]; others?: boolean };
  totals?: boolean | { rows?: boolean; columns?: boolean; grand?: boolean };
  limit?: number;
  time_zone?: string;
}

export const emptyReport = (): ReportSpec => ({
  spec_version: 1,
  title: "",
  rows: [],
  columns: [],
  values: [],
  totals: true,
});

export const GRAINS: readonly Grain[] = ["day", "week", "month", "quarter", "year"];

/** The field that a group or a condition is about; the first of several. */
export function fieldPath(part: { field?: string; fields?: string[] }): string {
  return part.field ?? part.fields?.[0] ?? "";
}

export function groupId(group: GroupSpec): string {
  return group.id ?? fieldPath(group);
}

export function valueId(value: ValueSpec): string {
  return value.id ?? value.measure ?? "";
}

/** Whether JSON from a saved record has the shape of a specification; the server checks the rest. */
export function readsAsReport(json: unknown): json is ReportSpec {
  return (
    typeof json === "object" &&
    json !== null &&
    "spec_version" in json &&
    "values" in json &&
    Array.isArray(json.values)
  );
}

export function sameReport(one: ReportSpec, other: ReportSpec): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What decides the numbers: a new title computes nothing. */
export function computed(spec: ReportSpec): ReportSpec {
  const { name: _name, title: _title, description: _description, ...rest } = spec;
  return rest;
}
