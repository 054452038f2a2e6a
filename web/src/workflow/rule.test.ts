import { expect, test } from "vitest";
import { Catalog, type FieldDef, type FieldKind, type ObjectDef } from "@/api/catalog.ts";
import { groupOf } from "@/records/list/filterTree.ts";
import { actionsFor, emptyAction, KINDS, kindReason, moved } from "./actions.ts";
import { draftOf, fieldsOf, newDraft, type RuleDraft, withObject } from "./draft.ts";
import { EXAMPLES, startOf } from "./examples.ts";
import { faultsOf, missingParts, TOP } from "./faults.ts";
import { sentence } from "./sentence.ts";

const field = (name: string, label: string, kind: FieldKind, required = false): FieldDef => ({
  name,
  label,
  kind,
  required,
  unique: false,
  computed: false,
  personal: false,
  searchable: false,
  default: null,
  help: "",
});

function object(name: string, table: string, label: string, fields: FieldDef[]): ObjectDef {
  return {
    name,
    table,
    label,
    plural_label: `${label}s`,
    title: "name",
    ownership: "owned",
    writers: "reps",
    fields,
    permissions: {
      read: true,
      create: true,
      update: true,
      delete: true,
      audit: false,
      export: true,
      visibility: "all",
      masked: [],
      fixed: [],
    },
  };
}

const text: FieldKind = { type: "text", max_len: 60 };
const lead = object("lead", "leads", "Lead", [
  field("name", "Name", text, true),
  field("status", "Status", text, true),
  field("source", "Source", text),
  field("priority", "Priority", { type: "choice", options: ["low", "medium", "high"] }, true),
  field("estimated_value", "Estimated value", { type: "money" }),
  field("owner_id", "Owner", { type: "link", object: "user" }),
  field("tags", "Tags", { type: "json" }),
]);
const deal = object("deal", "deals", "Deal", [field("amount", "Amount", { type: "money" })]);
const order = object("order", "orders", "Order", [field("number", "Number", text, true)]);
const catalog = new Catalog([lead, deal, order]);

test.each([
  ["follow_up", "When a lead is updated with a new status and status is qualified: make a task"],
  ["large_deal", "When a deal is created or updated with a new amount and amount is at least 50,000: tell the manager"],
  ["referral", "When a lead is created and source is referral: set priority"],
])("the example %s is told in words", (name, words) => {
  expect(sentence(catalog, startOf(name))).toBe(words);
});

test("groups of conditions and several actions are told in words", () => {
  const rule: RuleDraft = {
    ...newDraft(),
    conditions: groupOf({
      and: [
        { field: "owner_id", operator: "in", value: ["a", "b"] },
        {
          or: [
            { field: "source", operator: "not_in", value: ["paid_search"] },
            { not: { field: "tags", operator: "is_empty", value: true } },
          ],
        },
      ],
    }),
    actions: [
      { key: "a", kind: "notify", to: ["record_owner", "manager", "x", "y"], message: "Look" },
      { key: "b", kind: "add_tags", tags: ["hot", "new"] },
    ],
  };

  expect(sentence(catalog, rule)).toBe(
    "When a lead is created or updated and owner is a chosen user and (source is not paid search or not (tags is empty)): tell the owner, the manager and 2 people, add the tags hot and new",
  );
});

test("objects allow what can be done to them", () => {
  const allowed = (of: ObjectDef) => KINDS.map(({ kind }) => kind).filter((kind) => !kindReason(kind, of));

  expect(allowed(lead)).toEqual(["set_fields", "create_task", "notify", "add_tags"]);
  expect(allowed(deal)).toEqual(["set_fields", "create_task", "notify"]);
  expect(allowed(object("task", "tasks", "Task", []))).toEqual(["set_fields", "notify"]);
  expect(allowed(order)).toEqual(["set_fields"]);
  expect(kindReason("create_task", order)).toBe("Tasks are not about orders");
});

test("another object keeps what it allows and forgets fields", () => {
  const rule = startOf("referral");
  const actions = [...rule.actions, emptyAction("add_tags"), emptyAction("notify")];

  const changed = withObject({ ...rule, actions, watched: ["status"] }, deal);

  expect(changed).toMatchObject({ object: "deal", watched: [], conditions: { parts: [] } });
  expect(changed.actions).toMatchObject([{ kind: "set_fields", texts: {} }, { kind: "notify" }]);
  expect(actionsFor(changed.actions, order)).toHaveLength(1);
});

test("an action moves one place, and not over the end", () => {
  expect(moved(["a", "b", "c"], 1, -1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], 1, 1)).toEqual(["a", "c", "b"]);
  expect(moved(["a", "b", "c"], 0, -1)).toEqual(["a", "b", "c"]);
  expect(moved(["a", "b", "c"], 2, 1)).toEqual(["a", "b", "c"]);
});

test("a rule comes back from the server as it was sent", () => {
  const rule: RuleDraft = {
    ...startOf("follow_up"),
    actions: [
      { key: "a", kind: "set_fields", texts: { estimated_value: "1 200", priority: "high" } },
      ...KINDS.slice(1).map(({ kind }) => emptyAction(kind)),
    ],
  };

  const sent = fieldsOf(rule, lead);
  const record = { id: "1", created_at: "", updated_at: "", deleted_at: null, version: 1, ...sent };

  expect(sent).toMatchObject({
    watched_fields: ["status"],
    conditions: { field: "status", operator: "eq", value: "qualified" },
    actions: [{ kind: "set_fields", fields: { estimated_value: "1200", priority: "high" } }, {}, {}, {}],
  });
  expect(fieldsOf(draftOf(catalog, record), lead)).toEqual(sent);
});

test("a rule that only waits for new records watches no field", () => {
  expect(fieldsOf({ ...startOf("follow_up"), event: "created" }, lead).watched_fields).toBeNull();
});

test("every example is complete", () => {
  for (const { draft } of EXAMPLES) expect(missingParts(draft(), catalog.byName(draft().object))).toEqual({});
});

test("what is missing is said where it is missing", () => {
  const rule: RuleDraft = {
    ...newDraft(),
    position: 0,
    actions: [
      { key: "a", kind: "set_fields", texts: { priority: "", estimated_value: "much" } },
      { key: "b", kind: "notify", to: [], message: " " },
    ],
  };

  expect(Object.keys(missingParts(rule, lead)).sort()).toEqual(
    ["a/estimated_value", "a/priority", "b/message", "b/to", "name", "position"].sort(),
  );
});

test("refusals are shown at the part that they concern", () => {
  const { actions } = {
    actions: [
      { key: "a", kind: "set_fields" as const, texts: { priority: "high" } },
      { key: "b", kind: "notify" as const, to: ["x"], message: "Look" },
    ],
  };
  const refused = (pointer: string) => ({ pointer, code: "invalid", message: pointer });

  const faults = faultsOf(
    [
      "/actions/0/fields/priority",
      "/actions/0/fields/amount",
      "/actions/1/to/0",
      "/actions/7",
      "/conditions/and/0",
      "/author_id",
    ].map(refused),
    actions,
  );

  expect(faults).toEqual({
    "a/priority": "/actions/0/fields/priority",
    a: "/actions/0/fields/amount",
    "b/to": "/actions/1/to/0",
    actions: "/actions/7",
    conditions: "/conditions/and/0",
    [TOP]: "/author_id",
  });
});
