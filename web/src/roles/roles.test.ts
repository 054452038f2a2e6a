import { expect, test } from "vitest";
import type { ObjectDef } from "@/api/catalog.ts";
import { changedRules, choices, copyOf, type Definition, differences, reachOf, withReach, withRule } from "./roles.ts";

function object(name: string, ownership: ObjectDef["ownership"], writers: string): ObjectDef {
  const text = `{"name":"${name}","table":"${name}s","label":"${name}","plural_label":"${name}s","title":"name","fields":[{"name":"name"},{"name":"amount"}]}`;
  return { ...JSON.parse(text), ownership, writers };
}

const deal = object("deal", "owned", "reps");
const user = object("user", "shared", "admins");
const view = object("view", "personal", "anyone");
const empty: Definition = { objects: {} };

test("an action never reaches further than read", () => {
  const given = withReach(empty, deal, "update", "team");

  expect(given.objects.deal).toEqual({ read: "team", update: "team" });
  expect(withReach(given, deal, "read", "own").objects.deal).toEqual({ read: "own", update: "own" });
  expect(withReach(given, deal, "read", "none").objects.deal).toEqual({ read: "none", update: "none" });
});

test("what makes no sense for an object cannot be chosen", () => {
  expect(choices(deal, "read").scopes).toEqual(["none", "own", "team", "all"]);
  expect(choices(user, "read").scopes).toEqual(["none", "all"]);
  expect(choices(user, "update")).toEqual({ scopes: ["none"], reason: "Only administrators write users" });
  expect(choices(view, "update").scopes).toEqual(["none", "own"]);
});

test("differences to the preset are counted and named", () => {
  const base = withReach(empty, deal, "read", "all");
  const changed = withRule(withReach(base, deal, "read", "own"), deal, "amount", "masked");

  expect(differences([deal, user], changed, base)).toBe(2);
  expect(changedRules(deal, changed, base)).toEqual(["amount"]);
  expect(differences([deal, user], withRule(changed, deal, "amount", "write"), base)).toBe(1);
});

test("a copy of the administrators' preset can be saved", () => {
  const admin: Definition = {
    objects: {
      user: { read: "all", update: "all" },
      view: { read: "all", update: "all" },
      deal: { read: "all", delete: "all" },
    },
  };

  const copy = copyOf(admin, [deal, user, view]);

  expect(reachOf(copy, user, "update")).toBe("none");
  expect(reachOf(copy, user, "read")).toBe("all");
  expect(reachOf(copy, view, "read")).toBe("own");
  expect(reachOf(copy, deal, "delete")).toBe("all");
});
