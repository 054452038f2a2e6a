/** Running a report and drawing it. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { download, request } from "@/api/client.ts";
import { computed, type ReportSpec, type ValueFormat } from "./spec.ts";

export type Cell = string | number | boolean | null;

export interface ResultField {
  id: string;
  label: string;
  format: ValueFormat;
}

export interface ResultRow {
  keys: Cell[];
  others: boolean;
  cells: (Cell[] | null)[];
  total: Cell[] | null;
}

export interface ReportResult {
  name: string;
  title: string;
  description: string;
  row_fields: ResultField[];
  column_fields: ResultField[];
  values: ResultField[];
  columns: { keys: Cell[] }[];
  rows: ResultRow[];
  column_totals: (Cell[] | null)[] | null;
  grand_total: Cell[] | null;
  row_count: number;
  truncated: boolean;
  totals_cover_all: boolean;
  time_zone: string;
  warnings: string[];
  run: { engine: string; as_of: string; lsn: string; lag_ms: number; elapsed_ms: number };
}

export interface ChartAnswer {
  kind: string;
  vega: Record<string, unknown>;
  /** What is not drawn, in words. */
  notes?: string[];
}

export type ChartKind = "auto" | "bar" | "stacked" | "line" | "area" | "donut" | "funnel" | "heatmap";

export type ExportFormat = "csv" | "xlsx" | "pdf";

/** Rows that the preview asks for; the export has them all. */
const PREVIEW_ROWS = 1_000;

const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
const moment = (asOf: string) => (asOf ? { as_of: asOf } : {});

export function runQuery(spec: ReportSpec, asOf: string) {
  const body = {
    spec: { ...computed(spec), limit: Math.min(spec.limit ?? PREVIEW_ROWS, PREVIEW_ROWS) },
    time_zone: zone(),
    ...moment(asOf),
  };
  return queryOptions({
    queryKey: ["report-run", body],
    queryFn: async ({ signal }) => {
      const begun = performance.now();
      const result = await request<ReportResult>("/api/reports/run", { method: "POST", body, signal });
      return { spec, result, took: Math.round(performance.now() - begun) };
    },
    enabled: spec.values.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

export function chartQuery(spec: ReportSpec, asOf: string, kind: ChartKind) {
  const body = {
    report: { time_zone: zone(), ...computed(spec), limit: Math.min(spec.limit ?? CHART_ROWS, CHART_ROWS) },
    kind,
    ...moment(asOf),
  };
  return queryOptions({
    queryKey: ["report-chart", body],
    queryFn: ({ signal }) => request<ChartAnswer>("/api/charts", { method: "POST", body, signal }),
    enabled: spec.values.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

/** More marks than this tell nothing. */
const CHART_ROWS = 500;

export function exportReport(spec: ReportSpec, asOf: string, format: ExportFormat): Promise<void> {
  const name =
    spec.name ||
    (spec.title || "report")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "") ||
    "report";
  return download("/api/reports/run", `${name}.${format}`, {
    method: "POST",
    body: { spec: { ...spec, name }, format, time_zone: zone(), ...moment(asOf) },
  });
}
