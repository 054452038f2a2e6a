/** Why something cannot be done, in words; undefined when it can. */
import type { ObjectDef } from "@/api/catalog.ts";

export function createReason(object: ObjectDef): string | undefined {
  return reason(object, object.permissions.create, "add");
}

export function updateReason(object: ObjectDef): string | undefined {
  return reason(object, object.permissions.update, "change");
}

export function deleteReason(object: ObjectDef): string | undefined {
  return reason(object, object.permissions.delete, "delete");
}

function reason(object: ObjectDef, allowed: boolean, verb: string): string | undefined {
  if (allowed) return undefined;
  if (object.writers === "system")
    return `Leadhouse keeps ${object.plural_label.toLowerCase()} itself; nobody can ${verb} them.`;
  return `Your role may read ${object.plural_label.toLowerCase()} but not ${verb} them. Ask an administrator.`;
}
