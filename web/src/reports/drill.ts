/** From a row of a report into what it is made of: one more filter, and another grouping. */
import { conditionsOf, withConditions } from "./conditions.ts";
import { narrow } from "./edit.ts";
import type { Model } from "./model.ts";
import type { Cell } from "./run.ts";
import { fieldPath, type GroupSpec, type ReportSpec } from "./spec.ts";

export interface DrillStep {
  label: string;
  spec: ReportSpec;
}

/** Ways that are offered besides "only this one". */
const MOST_WAYS = 4;
const PERSON = "user.name";

export function drillSteps(spec: ReportSpec, model: Model, level: number, value: Cell, text: string): DrillStep[] {
  const group = spec.rows?.[level];
  if (!group) return [];
  const only = restricted(spec, group, value);
  const into = (next: GroupSpec) => ({
    ...only,
    rows: (only.rows ?? []).map((old, index) => (index === level ? next : old)),
  });
  const ways = waysOn(spec, model, group).map(({ label, next }) => ({
    label: `${text} ${label}`,
    spec: withoutSort(into(next), group),
  }));
  return [{ label: `Only ${text}`, spec: only }, ...ways];
}

function restricted(spec: ReportSpec, group: GroupSpec, value: Cell): ReportSpec {
  const field = fieldPath(group);
  if (value === null) return withConditions(spec, [...conditionsOf(spec), { field, op: "empty" }]);
  if (!group.grain) return narrow(spec, field, String(value));
  return withConditions(spec, [
    ...conditionsOf(spec),
    { field, op: "between", value: periodOf(String(value).slice(0, 10), group.grain) },
  ]);
}

function waysOn(spec: ReportSpec, model: Model, group: GroupSpec): { label: string; next: GroupSpec }[] {
  const used = new Set([...(spec.rows ?? []), ...(spec.columns ?? [])].map(fieldPath));
  const path = fieldPath(group);
  const person = path === PERSON || path.endsWith(".owner") || path.endsWith(".owner.name");
  const ways =
    person || used.has(PERSON) || !model.field(PERSON)
      ? []
      : [{ label: "by person", next: { field: PERSON, label: "Person" } }];
  const objects = new Set(
    spec.values.flatMap((value) => value.measure ?? value.field ?? []).map((name) => name.slice(0, name.indexOf("."))),
  );
  const [only] = objects;
  const object = objects.size === 1 && only ? model.object(only) : undefined;
  if (!object) return ways;
  const links = object.links
    .filter((link) => LINKS.test(link.path) && !used.has(link.path))
    .map((link) => ({ label: `by ${link.label.toLowerCase()}`, next: { field: link.path } }));
  const choices = object.fields
    .filter((field) => field.options.length > 1 && !used.has(field.path))
    .map((field) => ({ label: `by ${field.label.toLowerCase()}`, next: { field: field.path } }));
  const date = object.fields.find((field) => DATES.test(field.path) && !used.has(field.path));
  const months: { label: string; next: GroupSpec }[] = date
    ? [{ label: "by month", next: { field: date.path, grain: "month" } }]
    : [];
  return [...ways, ...months, ...links, ...choices].slice(0, MOST_WAYS);
}

const LINKS = /\.(stage|product|company)$/;
const DATES = /\.(closed_on|occurred_at|ordered_on|created_at)$/;

/** First and last day of the period that starts on `day`. */
export function periodOf(day: string, grain: string): [string, string] {
  const last = new Date(`${day}T00:00:00Z`);
  const months = { month: 1, quarter: 3, year: 12 }[grain];
  if (months) last.setUTCMonth(last.getUTCMonth() + months);
  else last.setUTCDate(last.getUTCDate() + (grain === "week" ? 7 : 1));
  last.setUTCDate(last.getUTCDate() - 1);
  return [day, last.toISOString().slice(0, 10)];
}

/** The order by the group that is gone would refuse the report. */
function withoutSort(spec: ReportSpec, gone: GroupSpec): ReportSpec {
  const id = gone.id ?? fieldPath(gone);
  const { sort, ...rest } = spec;
  const kept = sort?.filter(({ by }) => by !== id) ?? [];
  return kept.length > 0 ? { ...rest, sort: kept } : rest;
}
