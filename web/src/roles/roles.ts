/** What roles grant: the words of the server, and what follows from them for the matrix. */
import { queryOptions } from "@tanstack/react-query";
import type { ObjectDef } from "@/api/catalog.ts";
import { request } from "@/api/client.ts";
import type { CrmRecord, FieldValue } from "@/api/records.ts";

export const ACTIONS = ["read", "create", "update", "delete", "audit", "export"] as const;
export type Action = (typeof ACTIONS)[number];

/** How far an action reaches, the narrowest first. */
export const SCOPES = ["none", "own", "team", "all"] as const;
export type Scope = (typeof SCOPES)[number];

/** What holds for a field, the strictest first. */
export const RULES = ["hidden", "masked", "read", "write"] as const;
export type Rule = (typeof RULES)[number];

export type Rights = Partial<Record<Action, Scope>> & { fields?: Record<string, Rule> };

export interface Definition {
  objects: Record<string, Rights>;
}

export interface Permissions {
  presets: { name: string; definition: Definition }[];
  /** How many people have the role of this name. */
  people: Record<string, number>;
  /** Roles whose people see nothing. */
  unusable: { name: string; people: number; problem: string }[];
}

export const permissionsQuery = queryOptions({
  queryKey: ["records", "roles", "permissions"],
  queryFn: ({ signal }) => request<Permissions>("/api/permissions", { signal }),
});

export function reachOf(definition: Definition, object: ObjectDef, action: Action): Scope {
  return definition.objects[object.name]?.[action] ?? "none";
}

export function ruleOf(definition: Definition, object: ObjectDef, field: string): Rule {
  return definition.objects[object.name]?.fields?.[field] ?? "write";
}

/** The same with another reach; an action never reaches further than read, so read takes others along. */
export function withReach(definition: Definition, object: ObjectDef, action: Action, reach: Scope): Definition {
  const rights: Rights = { ...definition.objects[object.name], [action]: reach };
  const limit = action === "read" ? reach : (rights.read ?? "none");
  if (action === "read") {
    for (const other of ACTIONS) if (wider(rights[other] ?? "none", limit)) rights[other] = limit;
  } else if (wider(reach, limit)) {
    rights.read = reach;
  }
  return { objects: { ...definition.objects, [object.name]: rights } };
}

export function withRule(definition: Definition, object: ObjectDef, field: string, rule: Rule): Definition {
  const rights = definition.objects[object.name] ?? {};
  const fields = { ...rights.fields };
  if (rule === "write") delete fields[field];
  else fields[field] = rule;
  return { objects: { ...definition.objects, [object.name]: { ...rights, fields } } };
}

/** The reaches that make sense for an object, or why there is no choice. */
export function choices(object: ObjectDef, action: Action): { scopes: readonly Scope[]; reason?: string } {
  const writes = action === "create" || action === "update" || action === "delete";
  const plural = object.plural_label.toLowerCase();
  if (writes && object.writers === "admins") return { scopes: ["none"], reason: `Only administrators write ${plural}` };
  if (writes && object.writers === "system") return { scopes: ["none"], reason: `Leadhouse itself writes ${plural}` };
  if (object.ownership === "shared") return { scopes: ["none", "all"] };
  if (object.ownership === "personal") return { scopes: ["none", "own"] };
  return { scopes: SCOPES };
}

/** How many cells differ from the preset that the role was copied from. */
export function differences(objects: readonly ObjectDef[], definition: Definition, base: Definition): number {
  return objects.reduce((sum, object) => sum + differencesOf(object, definition, base), 0);
}

function differencesOf(object: ObjectDef, definition: Definition, base: Definition): number {
  const actions = ACTIONS.filter((action) => reachOf(definition, object, action) !== reachOf(base, object, action));
  return actions.length + changedRules(object, definition, base).length;
}

/** The fields whose rule differs from the preset's. */
export function changedRules(object: ObjectDef, definition: Definition, base: Definition): string[] {
  return object.fields
    .map(({ name }) => name)
    .filter((name) => ruleOf(definition, object, name) !== ruleOf(base, object, name));
}

export function same(one: Definition, other: Definition, objects: readonly ObjectDef[]): boolean {
  return differences(objects, one, other) === 0;
}

/** A definition that came as a field of a record; nothing is granted by what cannot be read. */
export function definitionOf(record: CrmRecord | undefined): Definition {
  const value = record?.definition;
  return isDefinition(value) ? value : { objects: {} };
}

/** The preset as a role that can be saved: what only administrators or Leadhouse may do is left out. */
export function copyOf(definition: Definition, objects: readonly ObjectDef[]): Definition {
  const copied: Record<string, Rights> = {};
  for (const object of objects) {
    const rights: Rights = { fields: { ...definition.objects[object.name]?.fields } };
    for (const action of ACTIONS) {
      const reach = reachOf(definition, object, action);
      const { scopes } = choices(object, action);
      rights[action] = scopes.includes(reach) ? reach : widest(scopes, reach);
    }
    copied[object.name] = rights;
  }
  return { objects: copied };
}

/** The widest scope that is offered and not wider than `reach`. */
function widest(scopes: readonly Scope[], reach: Scope): Scope {
  return scopes.filter((scope) => !wider(scope, reach)).at(-1) ?? "none";
}

function wider(one: Scope, other: Scope): boolean {
  return SCOPES.indexOf(one) > SCOPES.indexOf(other);
}

function isDefinition(value: FieldValue | Definition | undefined): value is Definition & FieldValue {
  return typeof value === "object" && value !== null && !Array.isArray(value) && typeof value.objects === "object";
}
