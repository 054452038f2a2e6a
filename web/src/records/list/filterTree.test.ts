import { expect, test } from "vitest";
import type { FilterTree } from "@/api/records.ts";
import { countTests, groupOf, readTree, treeFrom } from "./filterTree.ts";

const is = (field: string, value: string): FilterTree => ({ field, operator: "eq", value });

test.each<FilterTree>([
  is("name", "a"),
  { and: [is("name", "a"), { or: [is("stage.name", "b"), { not: is("name", "c") }] }] },
  { not: { or: [is("name", "a"), is("name", "b")] } },
  { not: { and: [is("name", "a"), is("name", "b")] } },
])("a tree is the same after it was edited: %j", (tree) => {
  expect(treeFrom(groupOf(tree))).toEqual(tree);
});

test("what is not filled in asks nothing", () => {
  const group = groupOf({ and: [is("name", ""), { or: [is("name", "")] }, is("city", "Lima")] });

  expect(treeFrom(group)).toEqual(is("city", "Lima"));
  expect(treeFrom(groupOf({ field: "amount", operator: "between", value: ["", "2"] }))).toBeNull();
});

test("an address that says no tree is no filter", () => {
  expect(readTree("{")).toBeNull();
  expect(readTree('{"and": []}')).toBeNull();
  expect(readTree('{"field": "name", "operator": "near", "value": 1}')).toBeNull();
  expect(readTree('{"or": [{"field": "name", "value": "a"}, 7]}')).toEqual({ or: [is("name", "a")] });
});

test("conditions are counted through all groups", () => {
  expect(countTests({ and: [is("a", "1"), { not: { or: [is("b", "1"), is("c", "1")] } }] })).toBe(3);
});
