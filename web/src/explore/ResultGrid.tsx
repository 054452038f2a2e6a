import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { classes } from "@/ui/classes.ts";
import css from "./ResultGrid.module.css";
import type { SqlAnswer, SqlCell } from "./sql.ts";

const LINE_PX = 29;
const COLUMN_PX = 168;
const NUMBERS = new Set(["integer", "decimal", "float", "bigint", "double"]);

/** Rows as they are, only those in view drawn, whatever their number. */
export function ResultGrid({ answer }: { answer: SqlAnswer }) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: answer.rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 16,
  });
  const columns = useVirtualizer({
    horizontal: true,
    count: answer.columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => widthOf(answer, index),
    overscan: 4,
  });
  const width = columns.getTotalSize() + NUMBER_PX;
  const drawn = columns.getVirtualItems();
  return (
    <div
      ref={scroller}
      className={css.grid}
      role="table"
      aria-label="Result"
      aria-rowcount={answer.rows.length + 1}
      aria-colcount={answer.columns.length}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard
      tabIndex={0}
    >
      <div role="rowgroup" className={css.head} style={{ width }}>
        <div role="row" aria-rowindex={1} className={css.row}>
          {drawn.map(({ index, start, size }) => (
            <div
              key={index}
              role="columnheader"
              aria-colindex={index + 1}
              className={css.cell}
              style={{ left: start + NUMBER_PX, width: size }}
              title={answer.columns[index]?.type}
            >
              <strong>{answer.columns[index]?.name}</strong> <small>{answer.columns[index]?.type}</small>
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" style={{ height: rows.getTotalSize(), width, position: "relative" }}>
        {rows.getVirtualItems().map((row) => (
          <div
            key={row.index}
            role="row"
            aria-rowindex={row.index + 2}
            className={css.row}
            style={{ transform: `translateY(${row.start}px)` }}
          >
            <span className={css.number} aria-hidden>
              {row.index + 1}
            </span>
            {drawn.map(({ index, start, size }) => {
              const column = answer.columns[index];
              const value = column ? answer.rows[row.index]?.[column.name] : null;
              return (
                <div
                  key={index}
                  role="cell"
                  aria-colindex={index + 1}
                  className={classes(
                    css.cell,
                    column && NUMBERS.has(column.type) && css.right,
                    (value === null || value === undefined) && css.null,
                  )}
                  style={{ left: start + NUMBER_PX, width: size }}
                  title={text(value)}
                >
                  {text(value)}
                </div>
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}

const NUMBER_PX = 52;
const LETTER_PX = 7.4;
const LOOKED_AT = 40;

function widthOf(answer: SqlAnswer, index: number): number {
  const column = answer.columns[index];
  if (!column) return COLUMN_PX;
  const longest = answer.rows
    .slice(0, LOOKED_AT)
    .reduce((most, row) => Math.max(most, text(row[column.name]).length), column.name.length + column.type.length);
  return Math.min(420, Math.max(90, Math.round(longest * LETTER_PX) + 28));
}

function text(value: SqlCell | undefined): string {
  return value === null || value === undefined ? "null" : String(value);
}
