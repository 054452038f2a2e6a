/** Rules to begin with. */
import { freshKey, groupOf } from "@/records/list/filterTree.ts";
import { type ActionDraft, emptyAction } from "./actions.ts";
import { newDraft, type RuleDraft } from "./draft.ts";

interface Example {
  /** How an address calls it. */
  name: string;
  draft: () => RuleDraft;
}

export const EXAMPLES: readonly Example[] = [
  {
    name: "follow_up",
    draft: () => ({
      ...newDraft(),
      name: "Follow up on a qualified lead",
      object: "lead",
      event: "updated",
      watched: ["status"],
      conditions: groupOf({ field: "status", operator: "eq", value: "qualified" }),
      actions: [emptyAction("create_task")],
    }),
  },
  {
    name: "large_deal",
    draft: () => ({
      ...newDraft(),
      name: "Tell the manager of a large deal",
      object: "deal",
      event: "saved",
      watched: ["amount"],
      conditions: groupOf({ field: "amount", operator: "gte", value: "50000" }),
      actions: [toldTo("manager", "{name} is worth {amount}")],
    }),
  },
  {
    name: "referral",
    draft: () => ({
      ...newDraft(),
      name: "High priority for referrals",
      object: "lead",
      event: "created",
      conditions: groupOf({ field: "source", operator: "in", value: ["referral"] }),
      actions: [setting("priority", "high")],
    }),
  },
];

/** The rule that an address begins with. */
export function startOf(example: string | null): RuleDraft {
  return EXAMPLES.find(({ name }) => name === example)?.draft() ?? newDraft();
}

function toldTo(whom: string, message: string): ActionDraft {
  return { key: freshKey(), kind: "notify", to: [whom], message };
}

function setting(field: string, text: string): ActionDraft {
  return { key: freshKey(), kind: "set_fields", texts: { [field]: text } };
}
