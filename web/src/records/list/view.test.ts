import { describe, expect, test } from "vitest";
import type { FieldDef, FieldKind, ObjectDef } from "@/api/catalog.ts";
import { defaultColumns, nextSort, readView, writeView } from "./view.ts";

const field = (name: string, kind: FieldKind): FieldDef => ({
  name,
  label: name,
  kind,
  required: false,
  unique: false,
  computed: false,
  personal: false,
  searchable: false,
  default: null,
  help: "",
});
const gadgets: ObjectDef = {
  name: "gadget",
  table: "gadgets",
  label: "Gadget",
  plural_label: "Gadgets",
  title: "name",
  ownership: "owned",
  writers: "reps",
  fields: [
    field("code", { type: "text", max_len: 10 }),
    field("name", { type: "text", max_len: 10 }),
    field("notes", { type: "long_text" }),
    field("price", { type: "money" }),
  ],
  permissions: {
    read: true,
    create: true,
    update: true,
    delete: true,
    audit: false,
    export: true,
    visibility: "all",
    masked: ["price"],
    fixed: [],
  },
};

describe("a view in the address", () => {
  test("is read back as it was written", () => {
    const view = {
      q: "blue & big",
      sort: "-price",
      filters: [{ field: "code", operator: "in" as const, value: "a,b" }],
      tree: { not: { field: "code", operator: "eq" as const, value: { rel: "today" as const } } },
      columns: ["name", "price"],
    };

    expect(readView(gadgets, writeView(gadgets, view))).toEqual(view);
  });

  test("leaves out what is as usual", () => {
    expect(
      writeView(gadgets, { q: "", sort: "", filters: [], tree: null, columns: defaultColumns(gadgets) }).toString(),
    ).toBe("");
  });

  test("forgets fields that the object no longer has", () => {
    const view = readView(
      gadgets,
      new URLSearchParams("sort=-gone&columns=gone,code&filter[gone][eq]=1&filter[code]=x"),
    );

    expect(view).toEqual({
      q: "",
      sort: "",
      filters: [{ field: "code", operator: "eq", value: "x" }],
      tree: null,
      columns: ["code"],
    });
  });
});

test("the usual columns begin with the title and leave out long and masked fields", () => {
  expect(defaultColumns(gadgets)).toEqual(["name", "code"]);
});

test("a header sorts up, down, and not at all", () => {
  expect(nextSort("", "price")).toBe("price");
  expect(nextSort("price", "price")).toBe("-price");
  expect(nextSort("-price", "price")).toBe("");
});
