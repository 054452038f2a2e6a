/** The lines of a report's table: its rows, with subtotals where there are several levels of groups. */
import type { Cell, ReportResult, ResultField, ResultRow } from "./run.ts";
import { type ReportSpec, type ValueSpec, valueId } from "./spec.ts";

export interface TableLine {
  row: ResultRow;
  /** Groups before this level repeat those of the line above. */
  shownFrom: number;
  subtotal: boolean;
}

/** The values that can be added up: averages, ratios and different values cannot, and stay empty. */
export function additive(spec: ReportSpec): ReadonlySet<string> {
  const adds = ({ measure, agg }: ValueSpec) =>
    agg === "sum" ||
    agg === "count" ||
    (measure !== undefined && ADDS_UP.test(measure) && !measure.includes("average"));
  return new Set(spec.values.filter(adds).map(valueId));
}

const ADDS_UP = /(\.count|_count|_amount|_sum)$/;

export function subtotals(result: ReportResult, adding: ReadonlySet<string>): TableLine[] {
  const levels = result.row_fields.length;
  const lines = result.rows.map((row, index) => ({
    row,
    shownFrom: sharedLevels(result.rows[index - 1], row, levels),
    subtotal: false,
  }));
  const inOrder = lines.every(({ row }, index) => index === 0 || !reappears(result.rows, index, row));
  if (levels < 2 || result.truncated || !inOrder) return lines;
  return lines.flatMap((line, index) => {
    const last = result.rows[index + 1]?.keys[0] !== line.row.keys[0] || result.rows[index + 1]?.others;
    const group = last ? result.rows.slice(firstOf(result.rows, index), index + 1) : [];
    return group.length > 1
      ? [line, { row: summed(group, result.values, adding), shownFrom: 0, subtotal: true }]
      : [line];
  });
}

function sharedLevels(before: ResultRow | undefined, row: ResultRow, levels: number): number {
  if (!before || row.others || before.others) return 0;
  const differs = row.keys.findIndex((key, level) => key !== before.keys[level]);
  return differs < 0 ? levels : differs;
}

/** With an order by a value, rows of a group may be apart: then a subtotal below one of them would lie. */
function reappears(rows: readonly ResultRow[], index: number, row: ResultRow): boolean {
  const before = rows[index - 1];
  if (!before || before.keys[0] === row.keys[0]) return false;
  return rows.slice(0, index).some((earlier) => earlier.keys[0] === row.keys[0]);
}

function firstOf(rows: readonly ResultRow[], index: number): number {
  const key = rows[index]?.keys[0];
  let first = index;
  while (first > 0 && rows[first - 1]?.keys[0] === key) first -= 1;
  return first;
}

function summed(group: readonly ResultRow[], values: readonly ResultField[], adding: ReadonlySet<string>): ResultRow {
  const [head] = group;
  const add = (lists: (Cell[] | null)[]): Cell[] =>
    values.map((field, at) => {
      const numbers = lists.flatMap((cells) =>
        cells?.[at] === null || cells?.[at] === undefined ? [] : [Number(cells[at])],
      );
      return adding.has(field.id) && numbers.length > 0
        ? Math.round(numbers.reduce((sum, number) => sum + number, 0) * 100) / 100
        : null;
    });
  return {
    keys: head?.keys ?? [],
    others: false,
    cells: (head?.cells ?? []).map((_, column) => add(group.map((row) => row.cells[column] ?? null))),
    total: head?.total ? add(group.map((row) => row.total)) : null,
  };
}
