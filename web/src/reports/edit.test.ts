import { describe, expect, test } from "vitest";
import { conditionsOf } from "./conditions.ts";
import { move, narrow, placeOf, put, removeAt, withoutBroken } from "./edit.ts";
import { periodOf } from "./drill.ts";
import { edited, opened } from "./history.ts";
import { brokenParts, Model } from "./model.ts";
import { emptyReport, type ReportSpec } from "./spec.ts";
import type { PaletteItem } from "./tree.ts";

const model = new Model({
  grains: ["day", "week", "month", "quarter", "year"],
  objects: [
    {
      name: "deal",
      label: "Deal",
      fields: [
        { path: "deal.amount", label: "Amount", format: "money", options: [] },
        { path: "deal.status", label: "Status", format: "text", options: ["open", "won"] },
        { path: "deal.closed_on", label: "Closed on", format: "date", options: [] },
      ],
      links: [{ path: "deal.owner", label: "Owner", object: "user" }],
      related: [],
      measures: [{ name: "deal.count", label: "Deals", format: "integer", help: "Number of deals." }],
    },
    {
      name: "user",
      label: "User",
      fields: [{ path: "user.name", label: "Name", format: "text", options: [] }],
      links: [],
      related: [],
      measures: [],
    },
  ],
});
const item = (path: string): PaletteItem => {
  const field = model.field(path);
  if (!field) throw new Error(path);
  return { kind: "field", help: "", ...field };
};
const count: PaletteItem = {
  kind: "measure",
  path: "deal.count",
  label: "Deals",
  format: "integer",
  help: "",
  certified: true,
};

describe("putting onto a shelf", () => {
  test("a date on the rows is grouped by month", () => {
    expect(put(emptyReport(), item("deal.closed_on"), { shelf: "rows", index: 0 }).rows).toEqual([
      { field: "deal.closed_on", grain: "month" },
    ]);
  });

  test("a number among the measures is summed, a text counted", () => {
    const spec = put(put(emptyReport(), item("deal.amount"), { shelf: "values", index: 0 }), item("deal.owner"), {
      shelf: "values",
      index: 1,
    });
    expect(spec.values.map(({ agg }) => agg)).toEqual(["sum", "count_distinct"]);
  });

  test("the same measure twice gets two ids", () => {
    const spec = put(put(emptyReport(), count, { shelf: "values", index: 0 }), count, { shelf: "rows", index: 0 });
    expect(spec.values).toEqual([{ measure: "deal.count" }, { id: "deal.count_2", measure: "deal.count" }]);
  });

  test("a choice among the filters starts with all of its options", () => {
    expect(put(emptyReport(), item("deal.status"), { shelf: "filters", index: 0 }).where).toEqual({
      field: "deal.status",
      op: "in",
      value: ["open", "won"],
    });
  });
});

describe("moving and removing", () => {
  const start = put(
    put(put(emptyReport(), item("deal.owner"), { shelf: "rows", index: 0 }), item("deal.status"), {
      shelf: "rows",
      index: 1,
    }),
    count,
    { shelf: "values", index: 0 },
  );

  test("a row becomes a column and stays itself", () => {
    const spec = move(start, { shelf: "rows", index: 1 }, { shelf: "columns", index: 0 }, model);
    expect([spec.rows, spec.columns]).toEqual([[{ field: "deal.owner" }], [{ field: "deal.status" }]]);
  });

  test("a pill moved behind its neighbour changes places with it", () => {
    const spec = move(start, { shelf: "rows", index: 0 }, { shelf: "rows", index: 2 }, model);
    expect(spec.rows?.map(({ field }) => field)).toEqual(["deal.status", "deal.owner"]);
  });

  test("a removed measure takes the order by it along", () => {
    const sorted: ReportSpec = {
      ...start,
      sort: [{ by: "deal.count", direction: "desc" }],
      top: { n: 5, by: "deal.count" },
    };
    const spec = removeAt(sorted, { shelf: "values", index: 0 });
    expect([spec.sort, spec.top]).toEqual([undefined, undefined]);
  });
});

test("narrowing twice keeps one filter per field", () => {
  const spec = narrow(narrow(emptyReport(), "team.name", "North"), "team.name", "South");
  expect(conditionsOf(spec)).toEqual([{ field: "team.name", op: "=", value: "South" }]);
});

test("a report with a deleted field keeps the rest", () => {
  const spec: ReportSpec = {
    spec_version: 1,
    rows: [{ field: "deal.gone" }, { field: "deal.owner.name" }],
    values: [{ measure: "deal.count" }],
    where: { field: "deal.lost", op: "empty" },
  };
  const broken = brokenParts(spec, model);
  expect([...broken.keys()]).toEqual(["/rows/0", "/where/0"]);
  expect(withoutBroken(spec, broken)).toEqual({
    spec_version: 1,
    rows: [{ field: "deal.owner.name" }],
    values: [{ measure: "deal.count" }],
  });
});

test("a refusal's pointer leads to its pill", () => {
  expect(["/rows/1/field", "/spec/where/and/2/value", "/where/value", "/limit"].map(placeOf)).toEqual([
    { shelf: "rows", index: 1 },
    { shelf: "filters", index: 2 },
    { shelf: "filters", index: 0 },
    undefined,
  ]);
});

test("what is undone can be done again until something else is done", () => {
  const first: ReportSpec = { ...emptyReport(), title: "first", limit: 1 };
  const second: ReportSpec = { ...emptyReport(), title: "second", limit: 2 };
  const state = edited(edited(opened(emptyReport()), { kind: "change", spec: first }), { kind: "undo" });
  expect(edited(state, { kind: "redo" }).spec.title).toBe("first");
  expect(edited(edited(state, { kind: "change", spec: second }), { kind: "redo" }).spec.title).toBe("second");
});

test("the letters of a title are one step back", () => {
  const typed = ["R", "Re", "Rev"].reduce(
    (state, title) => edited(state, { kind: "change", spec: { ...state.spec, title } }),
    opened(emptyReport()),
  );
  expect(edited(typed, { kind: "undo" }).spec).toEqual(emptyReport());
});

test("a period ends on its last day", () => {
  expect(
    [
      periodOf("2024-02-01", "month"),
      periodOf("2024-10-01", "quarter"),
      periodOf("2024-12-30", "week"),
      periodOf("2024-01-01", "year"),
    ].map(([, last]) => last),
  ).toEqual(["2024-02-29", "2024-12-31", "2025-01-05", "2024-12-31"]);
});
