/** What a rule does, while it is edited. */
import { fieldOf, type ObjectDef } from "@/api/catalog.ts";
import { freshKey } from "@/records/list/filterTree.ts";
import type { ActionKind, AddTags, CreateTask, Notify } from "./workflow.ts";

/** Values as they are typed, by field. */
interface SetFieldsDraft {
  kind: "set_fields";
  texts: Record<string, string>;
}

/** Every action keeps its key while others come and go. */
export type ActionDraft = (SetFieldsDraft | CreateTask | Notify | AddTags) & { key: string };
export type DraftOf<K extends ActionKind> = Extract<ActionDraft, { kind: K }>;

export const MOST_ACTIONS = 10;
export const KINDS: readonly { kind: ActionKind; label: string }[] = [
  { kind: "set_fields", label: "Set fields" },
  { kind: "create_task", label: "Make a task" },
  { kind: "notify", label: "Tell people" },
  { kind: "add_tags", label: "Add tags" },
];
export const TASK_KINDS = ["call", "email", "meeting", "demo", "follow_up"];
export const PRIORITIES = ["low", "medium", "high"];

/** What tasks can be about; people can be told of tasks too. */
const WITH_TASKS = ["lead", "contact", "company", "deal"];

export function emptyAction(kind: ActionKind): ActionDraft {
  const key = freshKey();
  switch (kind) {
    case "set_fields":
      return { key, kind, texts: {} };
    case "create_task":
      return {
        key,
        kind,
        name: "Call {name}",
        task_kind: "call",
        priority: "medium",
        due_in_days: 1,
        owner: "record_owner",
      };
    case "notify":
      return { key, kind, to: ["record_owner"], message: "" };
    case "add_tags":
      return { key, kind, tags: [] };
  }
}

/** Why records of the object do not allow this; undefined when they do. */
export function kindReason(kind: ActionKind, object: ObjectDef): string | undefined {
  const many = object.plural_label;
  switch (kind) {
    case "set_fields":
      return undefined;
    case "create_task":
      return WITH_TASKS.includes(object.name) ? undefined : `Tasks are not about ${many.toLowerCase()}`;
    case "notify":
      return [...WITH_TASKS, "task"].includes(object.name) ? undefined : `Nobody is told of ${many.toLowerCase()}`;
    case "add_tags":
      return fieldOf(object, "tags") ? undefined : `${many} have no tags`;
  }
}

/** The actions that another object allows; fields are to be chosen anew. */
export function actionsFor(actions: readonly ActionDraft[], object: ObjectDef): ActionDraft[] {
  return actions
    .filter(({ kind }) => kindReason(kind, object) === undefined)
    .map((action) => (action.kind === "set_fields" ? { ...action, texts: {} } : action));
}

/** The list with the item at `position` one place earlier or later. */
export function moved<T>(items: readonly T[], position: number, by: -1 | 1): T[] {
  const item = items[position];
  if (item === undefined || position + by < 0 || position + by >= items.length) return [...items];
  const others = items.toSpliced(position, 1);
  return others.toSpliced(position + by, 0, item);
}
