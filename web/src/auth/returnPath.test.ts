import { expect, test } from "vitest";
import { returnPath } from "./returnPath.ts";

test("a path of ours is kept", () => {
  expect(returnPath("/deals?sort=-amount")).toBe("/deals?sort=-amount");
});

test.each([null, "", "https://evil.example", "//evil.example", "/\\evil.example"])("%s leads home", (back) => {
  expect(returnPath(back)).toBe("/");
});
