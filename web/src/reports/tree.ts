/** The field tree of the builder: objects with measures, fields and links that open on demand. */
import type { Model, ModelField, ModelMeasure, ModelObject } from "./model.ts";
import type { ValueFormat } from "./spec.ts";

export type PaletteItem =
  | { kind: "measure"; path: string; label: string; format: ValueFormat; help: string; certified: boolean }
  | { kind: "field"; path: string; label: string; format: ValueFormat; help: string; options: readonly string[] };

export interface TreeGroup {
  /** Path prefix; unique in the tree. */
  path: string;
  label: string;
  object: string;
  depth: number;
}

export interface TreeLine {
  key: string;
  depth: number;
  entry: { kind: "group"; group: TreeGroup; open: boolean } | { kind: "item"; item: PaletteItem };
}

/** Objects that people report on come first; the rest follows in the catalogue's order. */
const FIRST = ["deal", "lead", "activity", "company", "contact", "order", "order_item", "task", "team", "user"];
const DEEPEST = 3;
/** Columns of bookkeeping that only fill the tree; search finds them. */
const ASIDE = /\.(id|version|external_id)$|_id$/;

export function orderedObjects(model: Model): ModelObject[] {
  const place = (object: ModelObject) => (FIRST.includes(object.name) ? FIRST.indexOf(object.name) : FIRST.length);
  return [...model.objects].sort((one, other) => place(one) - place(other));
}

/** The lines to show: those of open groups, or with a search every match. */
export function treeLines(model: Model, open: ReadonlySet<string>, search: string): TreeLine[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length > 0) return matches(model, words);
  return orderedObjects(model).flatMap((object) =>
    groupLines(model, { path: object.name, label: object.label, object: object.name, depth: 0 }, open),
  );
}

function groupLines(model: Model, group: TreeGroup, open: ReadonlySet<string>): TreeLine[] {
  const isOpen = open.has(group.path);
  const head: TreeLine = { key: group.path, depth: group.depth, entry: { kind: "group", group, open: isOpen } };
  const object = model.object(group.object);
  if (!isOpen || !object) return [head];
  const depth = group.depth + 1;
  const measures = group.depth === 0 ? shownMeasures(object).map((measure) => line(measureItem(measure), depth)) : [];
  const fields = object.fields
    .filter((field) => !ASIDE.test(field.path))
    .map((field) => line(fieldItem(field, group.path), depth));
  const titles = object.links.map((link) => line(linkItem(link, group.path), depth));
  const deeper =
    group.depth >= DEEPEST
      ? []
      : object.links.flatMap((link) => {
          const inner: TreeGroup = {
            path: `${group.path}.${lastStep(link.path)}`,
            label: link.label,
            object: link.object,
            depth,
          };
          return groupLines(model, inner, open);
        });
  return [head, ...measures, ...titles, ...fields, ...deeper];
}

function matches(model: Model, words: string[]): TreeLine[] {
  const found = orderedObjects(model).flatMap((object) => {
    const items: PaletteItem[] = [
      ...object.measures.map(measureItem),
      ...object.links.map((link) => linkItem(link, object.name)),
      ...object.fields.filter((field) => !ASIDE.test(field.path)).map((field) => fieldItem(field, object.name)),
      ...object.links.flatMap((link) =>
        (model.object(link.object)?.fields ?? [])
          .filter((field) => !ASIDE.test(field.path))
          .map((field) => fieldItem(field, `${object.name}.${lastStep(link.path)}`, link.label)),
      ),
    ];
    return items.map((item) => ({
      item,
      text: `${object.label} ${item.label} ${item.path}`.toLowerCase(),
      object: object.label,
    }));
  });
  return found
    .filter(({ text }) => words.every((word) => text.includes(word)))
    .slice(0, MOST_MATCHES)
    .map(({ item, object }) => line({ ...item, label: `${object} › ${item.label}` }, 0, "search:"));
}

const MOST_MATCHES = 80;

/** Counts of different values of every column would bury the measures that mean something. */
function shownMeasures(object: ModelObject): ModelMeasure[] {
  return object.measures.filter((measure) => certified(measure) || /_(sum|avg)$/.test(measure.name));
}

/** A measure with a written definition: the same number everywhere. */
function certified(measure: ModelMeasure): boolean {
  return measure.help !== "";
}

function measureItem(measure: ModelMeasure): PaletteItem {
  const { name, label, format, help } = measure;
  return {
    kind: "measure",
    path: name,
    label: name.endsWith("_sum") ? `Sum of ${label}` : label,
    format,
    help,
    certified: certified(measure),
  };
}

function fieldItem(field: ModelField, prefix: string, through?: string): PaletteItem {
  const label = through ? `${through} › ${field.label}` : field.label;
  return {
    kind: "field",
    path: `${prefix}.${lastStep(field.path)}`,
    label,
    format: field.format,
    help: "",
    options: field.options,
  };
}

function linkItem(link: { path: string; label: string }, prefix: string): PaletteItem {
  return {
    kind: "field",
    path: `${prefix}.${lastStep(link.path)}`,
    label: link.label,
    format: "text",
    help: `Name of the ${link.label.toLowerCase()}`,
    options: [],
  };
}

function line(item: PaletteItem, depth: number, prefix = ""): TreeLine {
  return { key: `${prefix}${item.kind}:${item.path}`, depth, entry: { kind: "item", item } };
}

function lastStep(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}
