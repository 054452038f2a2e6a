/** A rule in plain words. */
import { type Catalog, type FieldDef, fieldOf, type ObjectDef } from "@/api/catalog.ts";
import type { FilterTest, FilterTree, Operator, Period } from "@/api/records.ts";
import { formatCount, formatDate, formatNumber } from "@/format/format.ts";
import { fieldAt } from "@/records/list/fieldPath.ts";
import { isPeriod, treeFrom } from "@/records/list/filterTree.ts";
import { periodLabel } from "@/records/list/period.ts";
import { operatorLabel } from "@/records/list/view.ts";
import type { ActionDraft } from "./actions.ts";
import type { RuleDraft } from "./draft.ts";
import type { RuleEvent } from "./workflow.ts";

const HAPPENS: Record<RuleEvent, string> = {
  created: "is created",
  updated: "is updated",
  saved: "is created or updated",
};
/** Comparisons that read as "amount is at least 5". */
const MEASURES = new Set<Operator>(["gt", "gte", "lt", "lte", "between"]);
const SOMEBODY: Record<string, string> = { record_owner: "the owner", manager: "the manager" };

/** "When a lead is created and source is referral: set priority". */
export function sentence(catalog: Catalog, rule: RuleDraft): string {
  const object = catalog.byName(rule.object);
  const noun = (object?.label ?? rule.object).toLowerCase() || "record";
  const labels = rule.watched.map((name) => labelOf(object, name));
  const changed = rule.event === "created" || labels.length === 0 ? "" : ` with a new ${labels.join(" or ")}`;
  const tree = treeFrom(rule.conditions);
  const holds = tree ? ` and ${treeInWords(catalog, object, tree)}` : "";
  const does = rule.actions.map((action) => actionInWords(object, action)).join(", ") || "do nothing";
  return `When ${/^[aeio]/.test(noun) ? "an" : "a"} ${noun} ${HAPPENS[rule.event]}${changed}${holds}: ${does}`;
}

export function actionInWords(object: ObjectDef | undefined, action: ActionDraft): string {
  switch (action.kind) {
    case "set_fields":
      return `set ${listed(Object.keys(action.texts).map((name) => labelOf(object, name))) || "nothing yet"}`;
    case "create_task":
      return "make a task";
    case "notify": {
      const people = action.to.filter((id) => !(id in SOMEBODY)).length;
      const known = action.to.flatMap((id) => SOMEBODY[id] ?? []);
      return `tell ${listed([...known, ...(people > 0 ? [formatCount(people, "person", "people")] : [])]) || "nobody yet"}`;
    }
    case "add_tags":
      return action.tags.length === 1 ? `add the tag ${action.tags[0]}` : `add the tags ${listed(action.tags)}`;
  }
}

function treeInWords(catalog: Catalog, object: ObjectDef | undefined, tree: FilterTree): string {
  const within = (part: FilterTree) => {
    const words = treeInWords(catalog, object, part);
    return "and" in part ? `(${words})` : words;
  };
  if ("and" in tree) return tree.and.map(within).join(" and ");
  if ("or" in tree) return `(${tree.or.map(within).join(" or ")})`;
  if ("not" in tree) return `not ${"or" in tree.not || "and" in tree.not ? within(tree.not) : `(${within(tree.not)})`}`;
  return testInWords(object && fieldAt(catalog, object, tree.field), tree);
}

function testInWords(field: FieldDef | undefined, { field: path, operator, value }: FilterTest): string {
  const name = (field?.label ?? path).toLowerCase();
  if (operator === "is_empty" || operator === "is_null") return `${name} is ${value === false ? "not " : ""}empty`;
  const all = Array.isArray(value) ? value : [value];
  const values = [...new Set(all.map((one) => valueInWords(field, one)))];
  if (operator === "in") return `${name} is ${values.join(" or ")}`;
  if (operator === "not_in") return `${name} is ${values.length === 1 ? "not" : "none of"} ${values.join(", ")}`;
  const dated = field?.kind.type === "date" || field?.kind.type === "date_time";
  const comparison = `${MEASURES.has(operator) ? "is " : ""}${operatorLabel(operator, dated)}`;
  return `${name} ${comparison} ${values.join(" and ")}`;
}

function valueInWords(field: FieldDef | undefined, value: string | number | boolean | Period): string {
  if (isPeriod(value)) return periodLabel(value);
  switch (field?.kind.type) {
    case "bool":
      return value === true ? "yes" : "no";
    case "link":
      return value === "me" || value === "my_team" ? spoken(value) : `a chosen ${spoken(field.kind.object)}`;
    case "date":
    case "date_time":
      return formatDate(String(value));
    case "integer":
    case "decimal":
    case "money":
      return formatNumber(String(value));
    default:
      return spoken(String(value));
  }
}

function labelOf(object: ObjectDef | undefined, name: string): string {
  return ((object && fieldOf(object, name)?.label) ?? spoken(name)).toLowerCase();
}

function spoken(word: string): string {
  return word.replaceAll("_", " ");
}

/** "a, b and c". */
function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
