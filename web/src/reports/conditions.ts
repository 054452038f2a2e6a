/** The filters of a report: a list of conditions that must all be true, each told in words. */
import type { Condition, FieldCondition, FilterOperator, Literal, ReportSpec, ValueFormat } from "./spec.ts";

/** The conditions of `where` that must all be true. */
export function conditionsOf(spec: ReportSpec): Condition[] {
  if (!spec.where) return [];
  return "and" in spec.where ? spec.where.and : [spec.where];
}

export function withConditions(spec: ReportSpec, conditions: Condition[]): ReportSpec {
  const { where: _where, ...rest } = spec;
  const [only] = conditions;
  if (!only) return rest;
  return { ...rest, where: conditions.length === 1 ? only : { and: conditions } };
}

export function aboutField(condition: Condition): condition is FieldCondition {
  return "op" in condition;
}

/** Every field that a condition names, also inside others. */
export function fieldsOf(condition: Condition): string[] {
  if ("and" in condition) return condition.and.flatMap(fieldsOf);
  if ("or" in condition) return condition.or.flatMap(fieldsOf);
  if ("not" in condition) return fieldsOf(condition.not);
  if ("related" in condition) return condition.where ? fieldsOf(condition.where) : [];
  return condition.fields ?? (condition.field ? [condition.field] : []);
}

export const OPERATOR_WORDS: Record<FilterOperator, string> = {
  "=": "is",
  "!=": "is not",
  "<": "less than",
  "<=": "at most",
  ">": "more than",
  ">=": "at least",
  in: "is one of",
  not_in: "is none of",
  between: "between",
  in_range: "in",
  contains: "contains",
  starts_with: "starts with",
  ends_with: "ends with",
  empty: "is empty",
  not_empty: "is not empty",
};

/** What can be asked of a field, the most usual first. */
export function operatorsFor(format: ValueFormat, choices: boolean): FilterOperator[] {
  if (format === "date" || format === "date_time") return ["in_range", "between", "<", ">=", "empty", "not_empty"];
  if (format === "bool") return ["=", "empty", "not_empty"];
  if (format !== "text") return [">=", "<=", ">", "<", "=", "!=", "between", "empty", "not_empty"];
  if (choices) return ["in", "not_in", "empty", "not_empty"];
  return ["=", "!=", "in", "contains", "starts_with", "empty", "not_empty"];
}

export function needsValue(operator: FilterOperator): boolean {
  return operator !== "empty" && operator !== "not_empty";
}

/** "Status is one of won, lost". */
export function inWords(condition: Condition, labelOf: (path: string) => string): string {
  if ("and" in condition) return condition.and.map((part) => inWords(part, labelOf)).join(" and ");
  if ("or" in condition) return condition.or.map((part) => inWords(part, labelOf)).join(" or ");
  if ("not" in condition) return `not: ${inWords(condition.not, labelOf)}`;
  if ("related" in condition) {
    const many =
      condition.quantifier === "none" ? "no" : condition.quantifier === "any" ? "any" : `at least ${condition.n ?? 1}`;
    const of = condition.where ? ` where ${inWords(condition.where, labelOf)}` : "";
    return `${many} ${labelOf(condition.related).toLowerCase()}${of}`;
  }
  const label = labelOf(condition.field ?? condition.fields?.[0] ?? "");
  const value = condition.value === undefined ? "" : ` ${literalInWords(condition.value)}`;
  return `${label} ${OPERATOR_WORDS[condition.op]}${value}`;
}

export function literalInWords(value: Literal): string {
  if (Array.isArray(value))
    return value.length > 3 ? `${value.slice(0, 2).join(", ")} and ${value.length - 2} more` : value.join(", ");
  if (typeof value !== "object") return String(value);
  if ("ctx" in value) return "me";
  if (value.rel === "this") return `this ${value.unit}`;
  if (value.rel === "last" || value.rel === "next") {
    const many = value.n ?? 1;
    const span = many === 1 ? `${value.rel} ${value.unit}` : `${value.rel} ${many} ${value.unit}s`;
    return value.current ? `${span} and this one` : span;
  }
  return value.rel;
}

/** A condition to start from when a field is put into the filters. */
export function startingCondition(field: string, format: ValueFormat, options: readonly string[]): FieldCondition {
  if (format === "date" || format === "date_time")
    return { field, op: "in_range", value: { rel: "this", unit: "year" } };
  if (format === "bool") return { field, op: "=", value: true };
  if (options.length > 0) return { field, op: "in", value: [...options] };
  return { field, op: "not_empty" };
}
