import { ArrowDownRight, ArrowRight, ArrowUpRight } from "lucide-react";
import { classes } from "@/ui/classes.ts";
import { Chart } from "./chart/Chart.tsx";
import type { Figure, TileAnswer, TileTable } from "./dashboard.ts";
import css from "./Tile.module.css";

/** What a tile shows, whatever its kind. */
export function TileContent({
  tile,
  title,
}: {
  tile: Pick<TileAnswer, "kind" | "kpi" | "vega" | "table">;
  title: string;
}) {
  if (tile.kpi) return <FigureContent figure={tile.kpi} progress={tile.kind === "progress"} title={title} />;
  if (tile.table) return <TableContent table={tile.table} title={title} />;
  if (tile.vega) return <Chart vega={tile.vega} label={title} />;
  return <p className={css.quiet}>No data yet.</p>;
}

function FigureContent({ figure, progress, title }: { figure: Figure; progress: boolean; title: string }) {
  const { change, target, note } = figure;
  return (
    <div className={css.figure}>
      <p className={css.value}>{figure.text}</p>
      {target && (
        <>
          <div
            className={css.track}
            role="progressbar"
            aria-label={`${title}: part of the target`}
            aria-valuenow={Math.min(target.percent, 100)}
            aria-valuemin={0}
            aria-valuemax={100}
          >
            <span
              className={classes(css.filled, target.percent >= 100 && css.reached)}
              style={{ width: `${Math.min(target.percent, 100)}%` }}
            />
          </div>
          <p className={css.below}>
            {target.share_text} of {target.text}
          </p>
        </>
      )}
      {change && !progress && (
        <p className={classes(css.change, change.good === true && css.good, change.good === false && css.bad)}>
          {change.direction === "up" ? (
            <ArrowUpRight size={15} aria-hidden />
          ) : change.direction === "down" ? (
            <ArrowDownRight size={15} aria-hidden />
          ) : (
            <ArrowRight size={15} aria-hidden />
          )}
          {change.text} <span className={css.below}>from {change.previous}</span>
        </p>
      )}
      {note && <p className={css.below}>{note}</p>}
    </div>
  );
}

function TableContent({ table, title }: { table: TileTable; title: string }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard
    <div className={css.tableScroller} role="region" aria-label={title} tabIndex={0}>
      <table className={css.table}>
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th key={column.name} scope="col" className={classes(column.number && css.number)}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index} className={classes(row.total && css.total)}>
              {row.cells.map((cell, column) => (
                <td key={column} className={classes(table.columns[column]?.number && css.number)}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
