import { expect, test } from "vitest";
import { faultIn, lineOf } from "./sql.ts";

test("a fault with a line and column is found there, over the whole word", () => {
  const sql = "select id\nfrm deals";
  expect(faultIn(sql, "Expected: end of statement, found: frm at Line: 2, Column: 1")).toEqual({ from: 10, to: 13 });
});

test("a fault that names a column marks the column and no longer word", () => {
  expect(
    faultIn("select stageid_old, stageid from deals", "there is no column `stageid`; did you mean `stage_id`?"),
  ).toEqual({ from: 20, to: 27 });
});

test("a statement that ends too early is wrong at its end", () => {
  expect(faultIn("select 1 from\n", "Expected: identifier, found: EOF")).toEqual({ from: 13, to: 13 });
});

test("a message about no place marks nothing", () => {
  expect(faultIn("select 1", "the query was stopped after 30s")).toBeUndefined();
});

test("lines and columns are counted from one", () => {
  expect(lineOf("a\nbc", 3)).toEqual({ line: 2, column: 2 });
});
