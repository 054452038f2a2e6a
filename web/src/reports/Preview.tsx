import { useQuery } from "@tanstack/react-query";
import { ChartNoAxesColumn, Sigma, SquareSplitVertical, Table2, TriangleAlert } from "lucide-react";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { asProblem } from "@/api/problem.ts";
import { Chart } from "@/dashboards/chart/Chart.tsx";
import { formatCell } from "@/format/cell.ts";
import { formatChoice, formatCount, formatMoment } from "@/format/format.ts";
import { classes } from "@/ui/classes.ts";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { Select } from "@/ui/Field.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { Segments } from "@/ui/Segments.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { drillSteps } from "./drill.ts";
import { setSort, sortOf } from "./edit.ts";
import { additive } from "./lines.ts";
import type { Model } from "./model.ts";
import css from "./Preview.module.css";
import { ReportTable } from "./ReportTable.tsx";
import { type ChartKind, chartQuery, type ReportResult, runQuery } from "./run.ts";
import { computed, fieldPath, groupId, type ReportSpec } from "./spec.ts";
import { useThrottled } from "./useThrottled.ts";

const REST_MS = 150;
const KINDS: readonly ChartKind[] = ["auto", "bar", "stacked", "line", "area", "donut", "funnel", "heatmap"];
const VIEWS = [
  { value: "both", label: <SquareSplitVertical aria-hidden />, name: "Chart and table" },
  { value: "table", label: <Table2 aria-hidden />, name: "Table" },
  { value: "chart", label: <ChartNoAxesColumn aria-hidden />, name: "Chart" },
] as const;
type View = (typeof VIEWS)[number]["value"];

export interface PreviewProps {
  spec: ReportSpec;
  model: Model;
  asOf: string;
  /** How many parts were left out because they no longer exist. */
  broken: number;
  onChange: (spec: ReportSpec) => void;
  onRefused: (refused: readonly { pointer: string; message: string }[]) => void;
}

/** The report's numbers, computed anew after every change; what is overtaken is cancelled. */
export function Preview({ spec, model, asOf, broken, onChange, onRefused }: PreviewProps) {
  const [view, setView] = useState<View>("both");
  const [kind, setKind] = useState<ChartKind>("auto");
  const asked = useThrottled(spec, REST_MS);
  const { data, error, isFetching, isPlaceholderData, refetch } = useQuery(runQuery(asked, asOf));
  // The shelves mark the pills that the server refused.
  useEffect(() => {
    onRefused(error ? asProblem(error).refused : []);
  }, [error, onRefused]);

  if (spec.values.length === 0) {
    return (
      <div className={css.empty}>
        <EmptyState icon={<Sigma />} title="Start with a measure">
          Drag one from the list into Measures, or press Enter on it. Then add a field to the rows to see it by stage,
          owner or month.
        </EmptyState>
      </div>
    );
  }
  const drawable = (spec.rows ?? []).length > 0;
  return (
    <section className={css.preview} aria-label="Preview" aria-busy={isFetching}>
      <div className={css.bar}>
        <Segments label="View" value={view} options={VIEWS} onChange={setView} />
        {view !== "table" && (
          <Select
            aria-label="Kind of chart"
            className={css.kind ?? ""}
            value={kind}
            onChange={(event) => setKind(KINDS.find((known) => known === event.target.value) ?? "auto")}
          >
            {KINDS.map((known) => (
              <option key={known} value={known}>
                {known === "auto" ? "Best chart" : formatChoice(known)}
              </option>
            ))}
          </Select>
        )}
        {data && <Facts result={data.result} took={data.took} stale={isFetching || isPlaceholderData} />}
      </div>
      {broken > 0 && (
        <Notice>
          {formatCount(broken, "part is", "parts are")} left out because a field no longer exists. Remove the red pills
          or put other fields in their place.
        </Notice>
      )}
      {data?.result.warnings.map((warning) => (
        <Notice key={warning}>{warning}</Notice>
      ))}
      {error && !isFetching && <ProblemState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonRows />}
      {data && !error && (
        <div className={classes(css.result, css[view])}>
          {view !== "table" &&
            (drawable ? (
              <ReportChart spec={asked} asOf={asOf} kind={kind} title={spec.title || "Report"} />
            ) : (
              <Figures result={data.result} />
            ))}
          {view !== "chart" && (
            <PreviewTable spec={data.spec} now={asked} result={data.result} model={model} onChange={onChange} />
          )}
        </div>
      )}
    </section>
  );
}

/** `spec` is what the result is of; `now` may already be further. */
function PreviewTable({
  spec,
  now,
  result,
  model,
  onChange,
}: {
  spec: ReportSpec;
  now: ReportSpec;
  result: ReportResult;
  model: Model;
  onChange: (spec: ReportSpec) => void;
}) {
  const adding = useMemo(() => additive(spec), [spec]);
  const groups = [...(spec.rows ?? []), ...(spec.columns ?? [])];
  return (
    <div className={css.table}>
      <ReportTable
        label="Result"
        result={result}
        adding={adding}
        grainOf={(id) => groups.find((group) => groupId(group) === id)?.grain}
        sortOf={(id) => sortOf(now, id)}
        onSort={(id, direction) => onChange(setSort(now, id, direction))}
        stepsFor={(level, value) => {
          const group = spec.rows?.[level];
          const format = (group && model.field(fieldPath(group))?.format) ?? "text";
          const text = value === null ? "without a value" : formatCell(value, format, group?.grain);
          return drillSteps(spec, model, level, value, text).map((step) => ({
            label: step.label,
            onSelect: () => onChange(named(step.spec, now)),
          }));
        }}
      />
    </div>
  );
}

/** Results are shared by reports that differ in name only. */
function named(spec: ReportSpec, { name, title, description }: ReportSpec): ReportSpec {
  return JSON.parse(JSON.stringify({ ...computed(spec), name, title, description }));
}

function ReportChart({ spec, asOf, kind, title }: { spec: ReportSpec; asOf: string; kind: ChartKind; title: string }) {
  const { data, error } = useQuery(chartQuery(spec, asOf, kind));
  return (
    <div className={css.chart}>
      {error ? (
        <p className={css.undrawn}>{asProblem(error).message}</p>
      ) : (
        data && <Chart vega={data.vega} label={`Chart of ${title}`} />
      )}
      {data?.notes && data.notes.length > 0 && !error && <p className={css.notes}>{data.notes.join(" · ")}</p>}
    </div>
  );
}

/** A report without groups is a few figures. */
function Figures({ result }: { result: ReportResult }) {
  const cells = result.rows[0]?.cells[0] ?? result.grand_total ?? [];
  return (
    <dl className={css.figures}>
      {result.values.map((field, index) => (
        <div key={field.id}>
          <dt>{field.label}</dt>
          <dd>{formatCell(cells[index], field.format)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Facts({ result, took, stale }: { result: ReportResult; took: number; stale: boolean }) {
  const { as_of: at, lag_ms: lag } = result.run;
  const rows = result.truncated
    ? `${formatCount(result.rows.length, "row", "rows")} of ${formatCell(result.row_count, "integer")}`
    : formatCount(result.rows.length, "row", "rows");
  return (
    <p className={css.facts} role="status" data-took={took} data-stale={stale}>
      {rows} · {took} ms ·{" "}
      <span title={`Log position ${result.run.lsn}, computed by ${result.run.engine}`}>
        as of {formatMoment(at)}
        {lag > 0 ? `, ${formatCell(lag / 1_000, "decimal")} s behind` : ""}
      </span>
    </p>
  );
}

function Notice({ children }: { children: ReactNode }) {
  return (
    <p className={css.notice} role="status">
      <TriangleAlert size={15} aria-hidden />
      {children}
    </p>
  );
}
