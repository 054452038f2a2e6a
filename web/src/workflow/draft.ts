/** Rules while they are edited, and back to what the server takes. */
import { type Catalog, fieldOf, type ObjectDef } from "@/api/catalog.ts";
import { type CrmRecord, type FieldValue, textOf } from "@/api/records.ts";
import { fromDraft, toDraft } from "@/records/draft.ts";
import { freshKey, type Group, groupOf, readTree, treeFrom } from "@/records/list/filterTree.ts";
import { type ActionDraft, actionsFor, KINDS } from "./actions.ts";
import type { Action, RuleEvent } from "./workflow.ts";

export interface RuleDraft {
  name: string;
  position: number;
  object: string;
  event: RuleEvent;
  watched: string[];
  conditions: Group;
  actions: ActionDraft[];
}

export const EVENTS: readonly { value: RuleEvent; label: string }[] = [
  { value: "created", label: "It is created" },
  { value: "updated", label: "It is updated" },
  { value: "saved", label: "It is created or updated" },
];

export const USUAL_POSITION = 100;

export function newDraft(): RuleDraft {
  return {
    name: "",
    position: USUAL_POSITION,
    object: "lead",
    event: "saved",
    watched: [],
    conditions: groupOf(null),
    actions: [],
  };
}

export function draftOf(catalog: Catalog, record: CrmRecord): RuleDraft {
  const object = catalog.byName(textOf(record, "object"));
  const watched = jsonOf(record.watched_fields);
  return {
    name: textOf(record, "name"),
    position: Number(record.position ?? USUAL_POSITION),
    object: textOf(record, "object"),
    event: EVENTS.find(({ value }) => value === record.event)?.value ?? "saved",
    watched: Array.isArray(watched) ? watched.filter((name) => typeof name === "string") : [],
    conditions: conditionsOf(jsonOf(record.conditions)),
    actions: actionsOf(jsonOf(record.actions)).map((action) => actionDraft(object, action)),
  };
}

/** The rule for another object: what was said of the fields of the former one does not hold. */
export function withObject(draft: RuleDraft, object: ObjectDef): RuleDraft {
  return {
    ...draft,
    object: object.name,
    watched: [],
    conditions: groupOf(null),
    actions: actionsFor(draft.actions, object),
  };
}

/** The draft as the server keeps it; throws `DraftError` for a value that is none. */
export function fieldsOf(draft: RuleDraft, object: ObjectDef): Record<string, FieldValue> {
  const conditions: FieldValue = JSON.parse(JSON.stringify(treeFrom(draft.conditions)));
  const watches = draft.event !== "created" && draft.watched.length > 0;
  return {
    name: draft.name.trim(),
    position: draft.position,
    object: draft.object,
    event: draft.event,
    watched_fields: watches ? draft.watched : null,
    conditions,
    actions: draft.actions.map((action) => actionFrom(action, object)),
  };
}

/** What a typed value sets its field to; throws `DraftError` when it is none. */
export function valueFor(object: ObjectDef, name: string, text: string): FieldValue {
  const field = fieldOf(object, name);
  return field ? fromDraft(field, text) : text;
}

function actionFrom(action: ActionDraft, object: ObjectDef): FieldValue {
  switch (action.kind) {
    case "set_fields": {
      const values = Object.entries(action.texts).map(([name, text]) => [name, valueFor(object, name, text)]);
      return { kind: action.kind, fields: Object.fromEntries(values) };
    }
    case "create_task": {
      const { kind, task_kind, priority, due_in_days, owner } = action;
      return { kind, name: action.name.trim(), task_kind, priority, due_in_days, owner };
    }
    case "notify":
      return { kind: action.kind, to: action.to, message: action.message.trim() };
    case "add_tags":
      return { kind: action.kind, tags: action.tags };
  }
}

function actionDraft(object: ObjectDef | undefined, action: Action): ActionDraft {
  if (action.kind !== "set_fields") return { ...action, key: freshKey() };
  const texts = Object.entries(action.fields).map(([name, value]) => {
    const field = object && fieldOf(object, name);
    return [name, field ? toDraft(field, value) : String(value)];
  });
  return { key: freshKey(), kind: action.kind, texts: Object.fromEntries(texts) };
}

function actionsOf(value: unknown): Action[] {
  if (!Array.isArray(value) || !value.every(readsAsAction)) throw unknownForm("actions");
  return value;
}

function readsAsAction(value: unknown): value is Action {
  return (
    typeof value === "object" && value !== null && "kind" in value && KINDS.some(({ kind }) => kind === value.kind)
  );
}

function conditionsOf(value: unknown): Group {
  if (value === null) return groupOf(null);
  const tree = readTree(JSON.stringify(value));
  if (!tree) throw unknownForm("conditions");
  return groupOf(tree);
}

function jsonOf(value: FieldValue | undefined): unknown {
  return typeof value === "string" ? JSON.parse(value) : (value ?? null);
}

function unknownForm(part: string): Error {
  return new Error(`The ${part} of a rule are saved in a form that this version does not know.`);
}
