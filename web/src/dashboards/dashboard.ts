/** Dashboards: ready ones by name, saved ones by id, and what their tiles answer. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { download, request } from "@/api/client.ts";
import { keys } from "@/api/keys.ts";
import { type CrmRecord, listRecords, readRecord } from "@/api/records.ts";
import { isDefinition, type Definition, type TileKind } from "./definition.ts";

export const DASHBOARDS = "dashboards";
const MOST_SAVED = 200;
const FRESH_MS = 30_000;
/** Tiles follow the warehouse while somebody looks. */
const REFRESH_MS = 60_000;

export interface ReadyDashboard {
  name: string;
  title: string;
  description: string;
}

export interface ViewTile {
  id: string;
  title: string;
  kind: TileKind;
  x: number;
  y: number;
  w: number;
  h: number;
  link: string | null;
}

export interface DashboardView {
  name: string;
  title: string;
  description?: string;
  tiles: ViewTile[];
}

export interface Figure {
  value: string | null;
  text: string;
  label?: string;
  change: { text: string; direction: "up" | "down" | "flat"; good: boolean | null; previous: string } | null;
  target: { value: string; text: string; share_text: string; percent: number } | null;
  note?: string | null;
}

export interface TileTable {
  columns: { name: string; label: string; number: boolean }[];
  rows: { total: boolean; cells: string[] }[];
}

export interface Freshness {
  as_of: string;
  lsn: string;
  lag_ms: number;
}

export interface TileAnswer {
  id: string;
  title: string;
  kind: "kpi" | "chart" | "table" | "progress";
  kpi: Figure | null;
  vega: object | null;
  table: TileTable | null;
  notes?: string[];
  freshness: Freshness;
}

export const readyDashboardsQuery = queryOptions({
  queryKey: ["dashboards-ready"],
  queryFn: async ({ signal }) =>
    (await request<{ items: ReadyDashboard[] }>("/api/dashboards/ready", { signal })).items,
  staleTime: Number.POSITIVE_INFINITY,
});

export const savedDashboardsQuery = queryOptions({
  queryKey: keys.list(DASHBOARDS, { all: true }),
  queryFn: async ({ signal }) =>
    (await listRecords(DASHBOARDS, { sort: "-updated_at", limit: MOST_SAVED }, signal)).items,
});

export const viewQuery = (name: string) =>
  queryOptions({
    queryKey: [...keys.table(DASHBOARDS), "view", name],
    queryFn: ({ signal }) => request<DashboardView>(`${path(name)}/view`, { signal }),
    staleTime: FRESH_MS,
  });

export const tileQuery = (dashboard: string, tile: string) =>
  queryOptions({
    queryKey: [...keys.table(DASHBOARDS), "tile", dashboard, tile],
    queryFn: ({ signal }) => request<TileAnswer>(`${path(dashboard)}/tiles/${encodeURIComponent(tile)}`, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
    staleTime: FRESH_MS,
  });

export const recordQuery = (id: string) =>
  queryOptions({
    queryKey: keys.record(DASHBOARDS, id),
    queryFn: ({ signal }) => readRecord(DASHBOARDS, id, signal),
  });

export function definitionOf(record: CrmRecord): Definition {
  const { definition } = record;
  const json: unknown = typeof definition === "string" ? JSON.parse(definition) : definition;
  if (!isDefinition(json))
    throw new Error(`“${String(record.name)}” is saved in a form that this version does not know.`);
  return json;
}

export type DashboardFormat = "pdf" | "png" | "xlsx";

export function exportDashboard(name: string, format: DashboardFormat): Promise<void> {
  return download(`${path(name)}/export?format=${format}`, `dashboard.${format}`);
}

function path(name: string): string {
  return `/api/dashboards/${encodeURIComponent(name)}`;
}
