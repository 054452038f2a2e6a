/** What is wrong with a rule, at the part that it concerns. */
import { fieldOf, type ObjectDef } from "@/api/catalog.ts";
import type { RefusedField } from "@/api/problem.ts";
import { DraftError } from "@/records/draft.ts";
import type { ActionDraft } from "./actions.ts";
import { type RuleDraft, valueFor } from "./draft.ts";

/** Messages by place: `name`, `conditions`, the key of an action, or `key/message` for a part of it. */
export type Faults = Readonly<Record<string, string>>;

/** The place of what concerns no part. */
export const TOP = "";

const PARTS = ["name", "position", "object", "event", "watched_fields", "conditions", "actions"];

/** Refusals of the server; they stay with their action when it moves. */
export function faultsOf(refused: readonly RefusedField[], actions: readonly ActionDraft[]): Faults {
  const faults: Record<string, string> = {};
  for (const { pointer, message } of refused) {
    const place = placeOf(pointer, actions);
    faults[place] = faults[place] === undefined ? message : `${faults[place]}. ${message}`;
  }
  return faults;
}

function placeOf(pointer: string, actions: readonly ActionDraft[]): string {
  const [part = "", index = "", inside = "", name = ""] = pointer.replace(/^\//, "").split("/");
  if (part !== "actions") return PARTS.includes(part) ? part : TOP;
  const action = index === "" ? undefined : actions[Number(index)];
  if (!action) return "actions";
  if (action.kind === "set_fields")
    return inside === "fields" && name in action.texts ? `${action.key}/${name}` : action.key;
  return inside !== "kind" && inside in action ? `${action.key}/${inside}` : action.key;
}

/** What is still to be filled in, before the server is asked. */
export function missingParts(draft: RuleDraft, object: ObjectDef | undefined): Faults {
  const position = Number.isInteger(draft.position) && draft.position >= 1 && draft.position <= 1_000;
  return {
    ...(draft.name.trim() === "" ? { name: "Give it a name" } : {}),
    ...(object ? {} : { object: "Choose what it watches" }),
    ...(position ? {} : { position: "A whole number from 1 to 1000" }),
    ...(draft.actions.length === 0 ? { actions: "Add at least one thing to do" } : {}),
    ...Object.fromEntries(draft.actions.flatMap((action) => Object.entries(missingIn(action, object)))),
  };
}

function missingIn(action: ActionDraft, object: ObjectDef | undefined): Faults {
  const { key } = action;
  switch (action.kind) {
    case "set_fields": {
      const texts = Object.entries(action.texts);
      if (texts.length === 0) return { [key]: "Choose at least one field" };
      const faults = texts.map(([name, text]) => [
        `${key}/${name}`,
        object ? valueFault(object, name, text) : undefined,
      ]);
      return Object.fromEntries(faults.filter(([, fault]) => fault !== undefined));
    }
    case "create_task":
      return {
        ...(action.name.trim() === "" ? { [`${key}/name`]: "Say what is to be done" } : {}),
        ...(action.owner === "" ? { [`${key}/owner`]: "Choose who does it" } : {}),
      };
    case "notify":
      return {
        ...(action.to.length === 0 ? { [`${key}/to`]: "Choose at least one person" } : {}),
        ...(action.message.trim() === "" ? { [`${key}/message`]: "Write what they are told" } : {}),
      };
    case "add_tags":
      return action.tags.length === 0 ? { [`${key}/tags`]: "Add at least one tag" } : {};
  }
}

function valueFault(object: ObjectDef, name: string, text: string): string | undefined {
  try {
    const field = fieldOf(object, name);
    const empty = valueFor(object, name, text) === null;
    return field?.required && empty ? `${field.label} must have a value` : undefined;
  } catch (thrown) {
    return thrown instanceof DraftError ? thrown.message : String(thrown);
  }
}
