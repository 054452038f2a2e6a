/** The catalogue: every object with its fields and what the caller may do; lists and forms are made from it. */
import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { request } from "./client.ts";
import type { FieldValue } from "./records.ts";

export type FieldKind =
  | { type: "text"; max_len: number }
  | { type: "long_text" | "email" | "phone" | "url" | "money" | "bool" | "date" | "date_time" | "json" }
  | { type: "integer"; min: number; max: number }
  | { type: "decimal"; precision: number; scale: number }
  | { type: "choice"; options: string[] }
  | { type: "link"; object: string };

export interface FieldDef {
  name: string;
  label: string;
  kind: FieldKind;
  required: boolean;
  unique: boolean;
  computed: boolean;
  personal: boolean;
  searchable: boolean;
  default: FieldValue;
  help: string;
}

export interface Permissions {
  read: boolean;
  create: boolean;
  update: boolean;
  delete: boolean;
  audit: boolean;
  export: boolean;
  visibility: string;
  masked: string[];
  /** Fields that can be seen and not changed. */
  fixed: string[];
}

export interface ObjectDef {
  name: string;
  table: string;
  label: string;
  plural_label: string;
  /** The field that names a record. */
  title: string;
  ownership: "owned" | "shared" | "personal";
  writers: string;
  fields: FieldDef[];
  permissions: Permissions;
}

interface CatalogAnswer {
  objects: { definition: Omit<ObjectDef, "permissions">; permissions: Permissions }[];
}

export class Catalog {
  readonly objects: readonly ObjectDef[];

  constructor(objects: readonly ObjectDef[]) {
    this.objects = objects;
  }

  byTable(table: string): ObjectDef | undefined {
    return this.objects.find((object) => object.table === table);
  }

  byName(name: string): ObjectDef | undefined {
    return this.objects.find((object) => object.name === name);
  }
}

export const catalogQuery = queryOptions({
  queryKey: ["catalog"],
  queryFn: async ({ signal }) => {
    const answer = await request<CatalogAnswer>("/api/catalog", { signal });
    return new Catalog(answer.objects.map(({ definition, permissions }) => ({ ...definition, permissions })));
  },
  staleTime: 5 * 60_000,
  structuralSharing: false,
});

/** The catalogue; the shell has loaded it before any page is drawn. */
export function useCatalog(): Catalog {
  return useSuspenseQuery(catalogQuery).data;
}

/** The fields that every record has besides those of its object. */
export const systemFields: readonly FieldDef[] = [
  systemField("created_at", "Created"),
  systemField("updated_at", "Changed"),
];

export function fieldOf(object: ObjectDef, name: string): FieldDef | undefined {
  return object.fields.find((field) => field.name === name) ?? systemFields.find((field) => field.name === name);
}

/** Whether the caller sees the field's values. */
export function masked(object: ObjectDef, field: string): boolean {
  return object.permissions.masked.includes(field);
}

/** Whether the caller sees the field's values and may not change them, or sees none. */
export function fixed(object: ObjectDef, field: string): boolean {
  return object.permissions.fixed.includes(field) || masked(object, field);
}

function systemField(name: string, label: string): FieldDef {
  return {
    name,
    label,
    kind: { type: "date_time" },
    required: true,
    unique: false,
    computed: true,
    personal: false,
    searchable: false,
    default: null,
    help: "",
  };
}
