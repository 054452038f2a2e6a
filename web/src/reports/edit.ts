/** Changes to a report, each a pure function from one specification to the next. */
import { conditionsOf, startingCondition, withConditions } from "./conditions.ts";
import type { Model } from "./model.ts";
import type { Aggregate, Condition, Grain, GroupSpec, ReportSpec, ValueSpec } from "./spec.ts";
import { fieldPath, groupId, valueId } from "./spec.ts";
import type { PaletteItem } from "./tree.ts";

export const SHELVES = ["rows", "columns", "values", "filters"] as const;
export type Shelf = (typeof SHELVES)[number];

export const SHELF_LABELS: Record<Shelf, string> = {
  rows: "Group rows",
  columns: "Group columns",
  values: "Measures",
  filters: "Filters",
};

export interface Place {
  shelf: Shelf;
  index: number;
}

/** Where an item goes when it is chosen without a place. */
export function homeShelf(item: PaletteItem): Shelf {
  return item.kind === "measure" || isNumber(item) ? "values" : "rows";
}

/** Puts a field or measure of the palette onto a shelf. */
export function put(spec: ReportSpec, item: PaletteItem, place: Place): ReportSpec {
  if (item.kind === "measure")
    return insertValue(
      spec,
      measureValue(spec, item.path),
      place.shelf === "values" ? place.index : spec.values.length,
    );
  if (place.shelf === "values")
    return insertValue(spec, aggregateValue(spec, item.path, isNumber(item) ? "sum" : "count_distinct"), place.index);
  if (place.shelf === "filters") {
    const conditions = conditionsOf(spec);
    return withConditions(
      spec,
      insert(conditions, place.index, startingCondition(item.path, item.format, item.options)),
    );
  }
  const dated = item.format === "date" || item.format === "date_time";
  return insertGroup(
    spec,
    place.shelf,
    dated ? { field: item.path, grain: "month" } : { field: item.path },
    place.index,
  );
}

/** Moves a pill; between rows and columns it stays itself, elsewhere it becomes what the shelf holds. */
export function move(spec: ReportSpec, from: Place, to: Place, model: Model): ReportSpec {
  if (from.shelf === to.shelf) return reorder(spec, from.shelf, from.index, to.index);
  const path = pathAt(spec, from);
  const field = path ? model.field(path) : undefined;
  if (isGroupShelf(from.shelf) && isGroupShelf(to.shelf)) {
    const group = spec[from.shelf]?.[from.index];
    return group ? insertGroup(removeAt(spec, from), to.shelf, group, to.index) : spec;
  }
  if (!path || !field) return spec;
  const without = to.shelf === "filters" ? spec : removeAt(spec, from);
  return put(
    without,
    { kind: "field", path, label: field.label, format: field.format, help: "", options: field.options },
    to,
  );
}

export function canMove(spec: ReportSpec, from: Place, to: Shelf): boolean {
  return from.shelf === to || pathAt(spec, from) !== undefined;
}

function pathAt(spec: ReportSpec, { shelf, index }: Place): string | undefined {
  if (shelf === "values") return spec.values[index]?.field;
  if (shelf === "filters") {
    const condition = conditionsOf(spec)[index];
    return condition && "op" in condition ? fieldPath(condition) : undefined;
  }
  const group = spec[shelf]?.[index];
  return group && fieldPath(group);
}

export function removeAt(spec: ReportSpec, { shelf, index }: Place): ReportSpec {
  if (shelf === "filters")
    return withConditions(
      spec,
      conditionsOf(spec).filter((_, at) => at !== index),
    );
  if (shelf === "values") {
    const gone = spec.values[index];
    const values = spec.values.filter((_, at) => at !== index);
    return gone ? forgetId({ ...spec, values }, valueId(gone)) : spec;
  }
  const gone = spec[shelf]?.[index];
  const groups = (spec[shelf] ?? []).filter((_, at) => at !== index);
  return gone ? forgetId({ ...spec, [shelf]: groups }, groupId(gone)) : spec;
}

function reorder(spec: ReportSpec, shelf: Shelf, from: number, to: number): ReportSpec {
  const target = to > from ? to - 1 : to;
  if (shelf === "filters") return withConditions(spec, moved(conditionsOf(spec), from, target));
  if (shelf === "values") return { ...spec, values: moved(spec.values, from, target) };
  return { ...spec, [shelf]: moved(spec[shelf] ?? [], from, target) };
}

export function setGroup(spec: ReportSpec, { shelf, index }: Place, change: Partial<GroupSpec>): ReportSpec {
  if (!isGroupShelf(shelf)) return spec;
  return {
    ...spec,
    [shelf]: (spec[shelf] ?? []).map((group, at) => (at === index ? tidy({ ...group, ...change }) : group)),
  };
}

export function setGrain(spec: ReportSpec, place: Place, grain: Grain): ReportSpec {
  return setGroup(spec, place, { grain });
}

export function setValue(spec: ReportSpec, index: number, change: Partial<ValueSpec>): ReportSpec {
  return { ...spec, values: spec.values.map((value, at) => (at === index ? tidy({ ...value, ...change }) : value)) };
}

export function setCondition(spec: ReportSpec, index: number, condition: Condition): ReportSpec {
  return withConditions(
    spec,
    conditionsOf(spec).map((old, at) => (at === index ? condition : old)),
  );
}

/** Adds `field is one of values`, or narrows the filter on the field that is there already. */
export function narrow(spec: ReportSpec, field: string, value: string): ReportSpec {
  const conditions = conditionsOf(spec);
  const at = conditions.findIndex(
    (condition) =>
      "op" in condition && fieldPath(condition) === field && (condition.op === "=" || condition.op === "in"),
  );
  const condition: Condition = { field, op: "=", value };
  return withConditions(
    spec,
    at < 0 ? [...conditions, condition] : conditions.map((old, index) => (index === at ? condition : old)),
  );
}

export function setSort(spec: ReportSpec, by: string, direction: "asc" | "desc" | "none"): ReportSpec {
  const { sort: _sort, ...rest } = spec;
  return direction === "none" ? rest : { ...rest, sort: [{ by, direction }] };
}

export function sortOf(spec: ReportSpec, id: string): "asc" | "desc" | "none" {
  const key = spec.sort?.find(({ by }) => by === id);
  return key ? (key.direction ?? "asc") : "none";
}

function insertGroup(spec: ReportSpec, shelf: "rows" | "columns", group: GroupSpec, index: number): ReportSpec {
  const taken = new Set([...(spec.rows ?? []), ...(spec.columns ?? [])].map(groupId).concat(spec.values.map(valueId)));
  const named = taken.has(groupId(group))
    ? { ...group, id: freeId(taken, `${fieldPath(group)}_${group.grain ?? "again"}`) }
    : group;
  return { ...spec, [shelf]: insert(spec[shelf] ?? [], index, named) };
}

function insertValue(spec: ReportSpec, value: ValueSpec, index: number): ReportSpec {
  return { ...spec, values: insert(spec.values, index, value) };
}

function measureValue(spec: ReportSpec, measure: string): ValueSpec {
  const taken = takenIds(spec);
  return taken.has(measure) ? { id: freeId(taken, measure), measure } : { measure };
}

function aggregateValue(spec: ReportSpec, field: string, agg: Aggregate): ValueSpec {
  return { id: freeId(takenIds(spec), `${field}_${agg}`), field, agg };
}

function takenIds(spec: ReportSpec): Set<string> {
  return new Set([
    ...spec.values.map(valueId),
    ...(spec.rows ?? []).map(groupId),
    ...(spec.columns ?? []).map(groupId),
  ]);
}

function freeId(taken: ReadonlySet<string>, wanted: string): string {
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? wanted : `${wanted}_${number}`;
    if (!taken.has(id)) return id;
  }
}

/** Orders and limits by something that is gone would refuse the whole report. */
function forgetId(spec: ReportSpec, id: string): ReportSpec {
  const { sort, top, ...rest } = spec;
  const kept: ReportSpec = { ...rest };
  const keys = sort?.filter(({ by }) => by !== id);
  if (keys && keys.length > 0) kept.sort = keys;
  if (top && top.by !== id) kept.top = { ...top, ...(top.per ? { per: top.per.filter((per) => per !== id) } : {}) };
  return kept;
}

/** The report without its broken parts, so that the rest can still be computed. */
export function withoutBroken(spec: ReportSpec, broken: ReadonlyMap<string, string>): ReportSpec {
  if (broken.size === 0) return spec;
  const places = [...broken.keys()]
    .flatMap((pointer) => placeOf(pointer) ?? [])
    .sort((one, other) => other.index - one.index);
  return places.reduce(removeAt, spec);
}

/** The pill that a refusal's pointer is about. */
export function placeOf(pointer: string): Place | undefined {
  const [, shelf, index] = /^\/(?:spec\/)?(rows|columns|values|where)(?:\/(?:and\/)?(\d+))?/.exec(pointer) ?? [];
  const at = Number(index ?? 0);
  if (shelf === "where") return { shelf: "filters", index: at };
  return shelf === "rows" || shelf === "columns" || shelf === "values" ? { shelf, index: at } : undefined;
}

function isGroupShelf(shelf: Shelf): shelf is "rows" | "columns" {
  return shelf === "rows" || shelf === "columns";
}

function isNumber(item: PaletteItem): boolean {
  return item.format === "integer" || item.format === "decimal" || item.format === "money" || item.format === "percent";
}

function insert<T>(list: readonly T[], index: number, item: T): T[] {
  return [...list.slice(0, index), item, ...list.slice(index)];
}

function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const item = list[from];
  return item === undefined
    ? [...list]
    : insert(
        list.filter((_, at) => at !== from),
        to,
        item,
      );
}

/** Drops keys without a value: the server refuses what it does not know, and empty labels are none. */
function tidy<T extends object>(part: T): T {
  for (const [key, value] of Object.entries(part))
    if (value === undefined || value === "") Reflect.deleteProperty(part, key);
  return part;
}
