import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useMemo, useRef } from "react";
import { formatCell, isNumberFormat } from "@/format/cell.ts";
import { classes } from "@/ui/classes.ts";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "@/ui/Menu.tsx";
import css from "./ReportTable.module.css";
import { subtotals, type TableLine } from "./lines.ts";
import type { Cell, ReportResult, ResultField, ResultRow } from "./run.ts";

export interface Step {
  label: string;
  onSelect: () => void;
}

export interface ReportTableProps {
  result: ReportResult;
  /** Ids of the values that subtotals add up. */
  adding: ReadonlySet<string>;
  /** The period of a group, by id. */
  grainOf: (id: string) => string | undefined;
  sortOf?: (id: string) => "asc" | "desc" | "none";
  onSort?: (id: string, direction: "asc" | "desc" | "none") => void;
  /** What one can go into from a group of a row. */
  stepsFor?: (level: number, value: Cell) => Step[];
  label: string;
}

const LINE_PX = 32;

/** A report's rows: groups that repeat are written once, with subtotals, column groups and totals. */
export function ReportTable({ result, adding, grainOf, sortOf, onSort, stepsFor, label }: ReportTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const lines = useMemo(() => subtotals(result, adding), [result, adding]);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 20,
  });
  const drawn = rows.getVirtualItems();
  const before = drawn[0]?.start ?? 0;
  const after = rows.getTotalSize() - (drawn.at(-1)?.end ?? 0);
  const pivot = result.column_fields.length > 0;
  const withTotal = pivot && result.rows.some(({ total }) => total !== null);
  const width = result.row_fields.length + result.values.length * (result.columns.length + (withTotal ? 1 : 0));
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard
    <div ref={scroller} className={css.scroller} role="region" aria-label={label} tabIndex={0}>
      <table className={css.table} aria-rowcount={lines.length}>
        <thead>
          {pivot && (
            <tr className={css.groups}>
              {result.row_fields.length > 0 && <td colSpan={result.row_fields.length} />}
              {result.columns.map(({ keys }, index) => (
                <th key={index} scope="colgroup" colSpan={result.values.length}>
                  {keys
                    .map((key, level) =>
                      formatCell(
                        key,
                        result.column_fields[level]?.format ?? "text",
                        grainOf(result.column_fields[level]?.id ?? ""),
                      ),
                    )
                    .join(" · ")}
                </th>
              ))}
              {withTotal && (
                <th scope="colgroup" colSpan={result.values.length}>
                  Total
                </th>
              )}
            </tr>
          )}
          <tr>
            {result.row_fields.map((field) => (
              <HeadCell key={field.id} field={field} direction={sortOf?.(field.id)} onSort={onSort} />
            ))}
            {[...result.columns.keys(), ...(withTotal ? [-1] : [])].flatMap((column) =>
              result.values.map((field) => (
                <HeadCell key={`${column}:${field.id}`} field={field} direction={sortOf?.(field.id)} onSort={onSort} />
              )),
            )}
          </tr>
        </thead>
        <tbody>
          {before > 0 && (
            <tr aria-hidden style={{ height: before }}>
              <td colSpan={width} />
            </tr>
          )}
          {drawn.map(({ index }) => {
            const line = lines[index];
            return (
              line && (
                <Line
                  key={index}
                  line={line}
                  result={result}
                  grainOf={grainOf}
                  stepsFor={stepsFor}
                  withTotal={withTotal}
                />
              )
            );
          })}
          {after > 0 && (
            <tr aria-hidden style={{ height: after }}>
              <td colSpan={width} />
            </tr>
          )}
        </tbody>
        {result.grand_total && (
          <tfoot>
            <tr>
              {result.row_fields.map((field, level) => (
                <th key={field.id} scope={level === 0 ? "row" : undefined}>
                  {level === 0 ? "Total" : ""}
                </th>
              ))}
              {(pivot ? (result.column_totals ?? []) : [result.grand_total]).map((cells, column) => (
                <Cells key={column} cells={cells} values={result.values} />
              ))}
              {withTotal && <Cells cells={result.grand_total} values={result.values} strong />}
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}

function HeadCell({
  field,
  direction = "none",
  onSort,
}: {
  field: ResultField;
  direction: "asc" | "desc" | "none" | undefined;
  onSort: ReportTableProps["onSort"];
}) {
  const next = direction === "desc" ? "asc" : direction === "asc" ? "none" : "desc";
  const number = isNumberFormat(field.format);
  return (
    <th
      scope="col"
      className={classes(number && css.number)}
      aria-sort={direction === "asc" ? "ascending" : direction === "desc" ? "descending" : undefined}
    >
      {onSort ? (
        <button type="button" className={css.sort} onClick={() => onSort(field.id, next)}>
          {field.label}
          {direction === "asc" && <ArrowUp size={12} aria-hidden />}
          {direction === "desc" && <ArrowDown size={12} aria-hidden />}
        </button>
      ) : (
        field.label
      )}
    </th>
  );
}

type LineProps = Pick<ReportTableProps, "result" | "grainOf" | "stepsFor"> & { line: TableLine; withTotal: boolean };

function Line({ line, result, grainOf, stepsFor, withTotal }: LineProps) {
  const { row, shownFrom, subtotal } = line;
  return (
    <tr className={classes(subtotal && css.subtotal, row.others && css.others)}>
      {result.row_fields.map((field, level) => {
        const text =
          row.others && level === 0 ? "Others" : formatCell(row.keys[level], field.format, grainOf(field.id));
        if (subtotal)
          return (
            <th key={field.id} scope={level === 0 ? "row" : undefined}>
              {level === 0 ? `${text} total` : ""}
            </th>
          );
        return (
          <th
            key={field.id}
            scope="row"
            className={classes(level < shownFrom && css.repeated, isNumberFormat(field.format) && css.number)}
          >
            {level < shownFrom || row.others || !stepsFor ? (
              text
            ) : (
              <KeyCell text={text} steps={() => stepsFor(level, row.keys[level] ?? null)} />
            )}
          </th>
        );
      })}
      {row.cells.map((cells, column) => (
        <Cells key={column} cells={cells} values={result.values} />
      ))}
      {withTotal && <Cells cells={row.total} values={result.values} strong />}
    </tr>
  );
}

function KeyCell({ text, steps }: { text: string; steps: () => Step[] }) {
  return (
    <Menu
      align="start"
      trigger={
        <button type="button" className={css.key}>
          {text}
        </button>
      }
    >
      <MenuLabel>{text}</MenuLabel>
      <Steps steps={steps} />
    </Menu>
  );
}

/** Found out when the menu opens: a thousand rows need not know where they could lead. */
function Steps({ steps }: { steps: () => Step[] }) {
  const [first, ...rest] = steps();
  return (
    <>
      {first && <MenuItem onSelect={first.onSelect}>{first.label}</MenuItem>}
      {rest.length > 0 && <MenuSeparator />}
      {rest.map((step) => (
        <MenuItem key={step.label} onSelect={step.onSelect}>
          {step.label}
        </MenuItem>
      ))}
    </>
  );
}

function Cells({
  cells,
  values,
  strong = false,
}: {
  cells: ResultRow["cells"][number];
  values: ResultField[];
  strong?: boolean;
}) {
  return values.map((field, index) => (
    <td key={field.id} className={classes(css.number, strong && css.strong)}>
      {cells ? formatCell(cells[index], field.format) : ""}
    </td>
  ));
}
