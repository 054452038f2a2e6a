import { expect, test } from "vitest";
import type { ObjectDef, Permissions } from "@/api/catalog.ts";
import type { CrmRecord, FieldValue } from "@/api/records.ts";
import { consentWithdrawn, MOST_AT_ONCE, writeReason, writeToManyReason } from "./recipient.ts";

function object(label: string, plural_label: string, permissions: Partial<Permissions> = {}): ObjectDef {
  return {
    name: label.toLowerCase(),
    table: plural_label.toLowerCase(),
    label,
    plural_label,
    title: "name",
    ownership: "owned",
    writers: "everyone",
    fields: [],
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
      ...permissions,
    },
  };
}

function record(fields: Record<string, FieldValue>): CrmRecord {
  return { id: "a", created_at: "", updated_at: "", deleted_at: null, version: 1, ...fields };
}

const leads = object("Lead", "Leads");
const activities = object("Activity", "Activities");
const ada = record({ email: "ada@customer.example" });

test("who has an address is written to", () => {
  expect(writeReason(leads, ada, activities)).toBeUndefined();
});

test.each([
  ["no address", record({ email: null }), "This lead has no e-mail address; add one first."],
  ["a place in the bin", { ...ada, deleted_at: "2026-03-04T10:30:00Z" }, "This lead was deleted; bring it back first."],
])("who has %s is not", (_what, person, reason) => {
  expect(writeReason(leads, person, activities)).toBe(reason);
});

test("whose role adds no activities writes to nobody", () => {
  const reason = "Your role may read activities but not add them. Ask an administrator.";
  const readOnly = object("Activity", "Activities", { create: false });

  expect(writeReason(leads, ada, readOnly)).toBe(reason);
  expect(writeToManyReason(leads, 2, readOnly)).toBe(reason);
});

test("whose role sees no activities or no addresses writes to nobody", () => {
  expect(writeReason(leads, ada, undefined)).toMatch(/does not see activities/);
  expect(writeToManyReason(object("Lead", "Leads", { masked: ["email"] }), 2, activities)).toMatch(/see e-mail addr/);
});

test("mass mail has a limit", () => {
  expect(writeToManyReason(leads, MOST_AT_ONCE, activities)).toBeUndefined();
  expect(writeToManyReason(leads, MOST_AT_ONCE + 1, activities)).toBe(
    "At most 10,000 leads are written to at once; narrow the filter.",
  );
});

test("a withdrawn consent is told, and stands in nobody's way", () => {
  const withdrawn = { ...ada, marketing_consent: "withdrawn" };

  expect([ada, { ...ada, marketing_consent: "given" }, withdrawn].map(consentWithdrawn)).toEqual([false, false, true]);
  expect(writeReason(leads, withdrawn, activities)).toBeUndefined();
});
