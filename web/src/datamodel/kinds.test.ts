import { describe, expect, it } from "vitest";
import { Catalog } from "@/api/catalog.ts";
import { emptyKind, holdsWords, kindOf, KINDS, kindText, linesOf } from "./kinds.ts";

describe("kinds of fields", () => {
  it("are sent with what they need and no more", () => {
    expect(kindOf({ ...emptyKind, type: "choice", options: " gold \n\nsilver\n" })).toEqual({
      type: "choice",
      options: ["gold", "silver"],
    });
    expect(kindOf({ ...emptyKind, type: "decimal", scale: "3" })).toEqual({ type: "decimal", precision: 18, scale: 3 });
    expect(kindOf({ ...emptyKind, type: "link", object: "deal" })).toEqual({ type: "link", object: "deal" });
    expect(kindOf({ ...emptyKind, type: "date" })).toEqual({ type: "date" });
  });

  it("are all named, and say what they hold", () => {
    const catalog = new Catalog([]);
    for (const { type, label } of KINDS) {
      expect(kindText(kindOf({ ...emptyKind, type, options: "a" }), catalog)).toContain(label.split(" ")[0]);
    }
    expect(kindText({ type: "choice", options: ["a", "b"] }, catalog)).toBe("Choice: a, b");
  });

  it("know which hold words", () => {
    expect(KINDS.filter(({ type }) => holdsWords(type)).map(({ type }) => type)).toEqual([
      "text",
      "long_text",
      "choice",
      "email",
      "phone",
      "url",
    ]);
    expect(linesOf("")).toEqual([]);
  });
});
