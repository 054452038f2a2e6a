import { useQuery } from "@tanstack/react-query";
import { request } from "@/api/client.ts";
import { asProblem } from "@/api/problem.ts";
import { formatCell, isNumberFormat } from "@/format/cell.ts";
import type { ChartAnswer, ReportResult } from "@/reports/run.ts";
import { isId, openedQuery } from "@/reports/saved.ts";
import { Skeleton } from "@/ui/Skeleton.tsx";
import type { TileAnswer } from "./dashboard.ts";
import { isFigure, type TileDefinition } from "./definition.ts";
import css from "./Tile.module.css";
import { TileContent } from "./TileContent.tsx";

/** A tile before it is saved: the same numbers, asked of its report. */
export function TilePreview({ tile }: { tile: TileDefinition }) {
  const { kind, report, measure, target } = tile;
  const saved = typeof report === "string" && isId(report);
  const { data: opened } = useQuery({
    ...openedQuery(typeof report === "string" ? report : undefined),
    enabled: saved,
  });
  const spec = saved ? opened?.spec : report;
  const chart = !isFigure(kind) && kind !== "table";
  const { data, error } = useQuery({
    queryKey: ["tile-preview", spec, chart ? kind : "run", chart ? measure : ""],
    queryFn: ({ signal }): Promise<ChartAnswer | ReportResult> =>
      chart
        ? request<ChartAnswer>("/api/charts", {
            method: "POST",
            body: { report: spec, kind, ...(measure ? { measure } : {}) },
            signal,
          })
        : request<ReportResult>("/api/reports/run", {
            method: "POST",
            body: typeof spec === "string" ? { name: spec } : { spec },
            signal,
          }),
    enabled: spec !== undefined,
    staleTime: 60_000,
  });
  if (error)
    return (
      <div className={css.failed} role="alert">
        <p>{asProblem(error).message}</p>
      </div>
    );
  if (!data)
    return (
      <div className={css.waiting}>
        <Skeleton width="60%" height={22} />
      </div>
    );
  return (
    <TileContent
      title={tile.title}
      tile={
        "vega" in data
          ? { kind: "chart", vega: data.vega, kpi: null, table: null }
          : shown(data, tile.kind, measure, target)
      }
    />
  );
}

function shown(
  result: ReportResult,
  kind: TileDefinition["kind"],
  measure: string | undefined,
  target: string | undefined,
): Pick<TileAnswer, "kind" | "kpi" | "vega" | "table"> {
  if (kind === "table") return { kind: "table", kpi: null, vega: null, table: tableOf(result) };
  const at = Math.max(
    0,
    result.values.findIndex(({ id }) => id === measure),
  );
  const field = result.values[at];
  const cells = result.row_fields.length === 0 ? result.rows[0]?.cells[0] : result.grand_total;
  const value = cells?.[at] ?? null;
  const percent = target && Number(target) > 0 ? Math.round((100 * Number(value)) / Number(target)) : 0;
  const text = formatCell(value, field?.format ?? "text");
  return {
    kind: kind === "progress" ? "progress" : "kpi",
    kpi: {
      value: value === null ? null : String(value),
      text,
      change: null,
      target: target
        ? { value: target, text: formatCell(target, field?.format ?? "text"), share_text: `${percent}%`, percent }
        : null,
    },
    vega: null,
    table: null,
  };
}

const ROWS = 12;

function tableOf(result: ReportResult): NonNullable<TileAnswer["table"]> {
  const [first] = result.columns;
  const fields = [...result.row_fields, ...(first ? result.values : [])];
  return {
    columns: fields.map(({ id, label, format }) => ({ name: id, label, number: isNumberFormat(format) })),
    rows: result.rows.slice(0, ROWS).map((row) => ({
      total: false,
      cells: [
        ...row.keys.map((key, level) => formatCell(key, result.row_fields[level]?.format ?? "text")),
        ...result.values.map((field, at) => formatCell((row.total ?? row.cells[0])?.[at], field.format)),
      ],
    })),
  };
}
