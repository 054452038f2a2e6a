/** What a dashboard is made of, version 1: tiles on a grid of twelve columns. */
import type { ReportSpec } from "@/reports/spec.ts";

export const COLUMNS = 12;
export const MOST_TILES = 24;

export const TILE_KINDS = [
  "kpi",
  "progress",
  "auto",
  "bar",
  "stacked",
  "line",
  "area",
  "donut",
  "funnel",
  "heatmap",
  "table",
] as const;
export type TileKind = (typeof TILE_KINDS)[number];

export const KIND_WORDS: Record<TileKind, string> = {
  kpi: "Figure",
  progress: "Progress to a target",
  auto: "Best chart",
  bar: "Bars",
  stacked: "Stacked bars",
  line: "Line",
  area: "Area",
  donut: "Ring",
  funnel: "Funnel",
  heatmap: "Heat map",
  table: "Table",
};

export interface TileDefinition {
  id: string;
  title: string;
  kind: TileKind;
  /** A specification, the name of a ready report, or the id of a saved one. */
  report: ReportSpec | string;
  measure?: string;
  target?: string;
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Definition {
  version: 1;
  tiles: TileDefinition[];
}

export const emptyDefinition = (): Definition => ({ version: 1, tiles: [] });

export function isDefinition(json: unknown): json is Definition {
  return typeof json === "object" && json !== null && "tiles" in json && Array.isArray(json.tiles);
}

export function isFigure(kind: TileKind): boolean {
  return kind === "kpi" || kind === "progress";
}

/** A new tile's size by what it shows. */
export function usualSize(kind: TileKind): { w: number; h: number } {
  return isFigure(kind) ? { w: 3, h: 3 } : { w: 6, h: 5 };
}

export function freeTileId(tiles: readonly TileDefinition[]): string {
  for (let number = 1; ; number += 1) {
    const id = `t${number}`;
    if (!tiles.some((tile) => tile.id === id)) return id;
  }
}
