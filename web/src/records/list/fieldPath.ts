/** Fields of an object and of what it links to: `company.industry`. */
import { type Catalog, type FieldDef, fieldOf, masked, type ObjectDef, systemFields } from "@/api/catalog.ts";

export interface FieldChoice {
  path: string;
  label: string;
  /** The caller's role does not see it. */
  hidden: boolean;
}

/** The field at the end of a path, named with the links that lead to it. */
export function fieldAt(catalog: Catalog, object: ObjectDef, path: string): FieldDef | undefined {
  const [first = "", ...rest] = path.split(".");
  if (rest.length === 0) return fieldOf(object, first);
  const link = object.fields.find((field) => field.name === first || field.name === `${first}_id`);
  const target = link?.kind.type === "link" ? catalog.byName(link.kind.object) : undefined;
  const field = target && fieldAt(catalog, target, rest.join("."));
  return field && link && { ...field, label: `${link.label} › ${field.label}` };
}

/** The table and the field that a path leads to. */
export function sourceAt(catalog: Catalog, object: ObjectDef, path: string): { table: string; field: string } {
  const [first = "", ...rest] = path.split(".");
  const link = object.fields.find((field) => field.name === first || field.name === `${first}_id`);
  const target = rest.length > 0 && link?.kind.type === "link" ? catalog.byName(link.kind.object) : undefined;
  return target ? sourceAt(catalog, target, rest.join(".")) : { table: object.table, field: first };
}

/** The fields to choose from: the record's own, then those of each link. */
export function fieldChoices(catalog: Catalog, object: ObjectDef): { label: string; fields: FieldChoice[] }[] {
  const own = { label: object.label, fields: choicesOf(object, "", "") };
  const linked = object.fields.flatMap((field) => {
    const target = field.kind.type === "link" ? catalog.byName(field.kind.object) : undefined;
    if (!target || masked(object, field.name)) return [];
    return [
      {
        label: `${field.label} ›`,
        fields: choicesOf(target, `${field.name.replace(/_id$/, "")}.`, `${field.label} › `),
      },
    ];
  });
  return [own, ...linked];
}

function choicesOf(object: ObjectDef, path: string, label: string): FieldChoice[] {
  return [...object.fields, ...systemFields]
    .filter((field) => field.kind.type !== "json")
    .map((field) => ({
      path: `${path}${field.name}`,
      label: `${label}${field.label}`,
      hidden: masked(object, field.name),
    }));
}
