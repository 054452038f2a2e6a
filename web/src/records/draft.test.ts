import { describe, expect, test } from "vitest";
import type { FieldDef, FieldKind } from "@/api/catalog.ts";
import { localMoment } from "@/format/format.ts";

import { DraftError, fromDraft, toDraft } from "./draft.ts";

const field = (kind: FieldKind): FieldDef => ({
  name: "x",
  label: "X",
  kind,
  required: false,
  unique: false,
  computed: false,
  personal: false,
  searchable: false,
  default: null,
  help: "",
});

test.each<[FieldKind, string, unknown]>([
  [{ type: "text", max_len: 5 }, "  a ", "a"],
  [{ type: "text", max_len: 5 }, " ", null],
  [{ type: "money" }, "1,234.50", "1234.50"],
  [{ type: "integer", min: 0, max: 9 }, "7", 7],
  [{ type: "bool" }, "true", true],
  [{ type: "bool" }, "", false],
  [{ type: "json" }, "a, b", ["a", "b"]],
  [{ type: "json" }, '{"a":1}', { a: 1 }],
])("%j: %s becomes %j", (kind, typed, sent) => {
  expect(fromDraft(field(kind), typed)).toEqual(sent);
});

describe("what cannot be sent is refused with a sentence", () => {
  test.each<[FieldKind, string]>([
    [{ type: "money" }, "lots"],
    [{ type: "integer", min: 0, max: 9 }, "1.5"],
    [{ type: "json" }, "{"],
    [{ type: "date_time" }, "soon"],
  ])("%j: %s", (kind, typed) => {
    expect(() => fromDraft(field(kind), typed)).toThrow(DraftError);
  });
});

test("a moment survives editing to the minute", () => {
  const iso = "2026-03-04T15:06:00.000Z";

  expect(fromDraft(field({ type: "date_time" }), localMoment(iso))).toBe(iso);
});

test("lists of words are edited as words", () => {
  expect(toDraft(field({ type: "json" }), ["vip", "eu"])).toBe("vip, eu");
});
