/** Draws with Vega under a strict content security policy: expressions are interpreted, never compiled. */
import { expressionFunction, type View } from "vega";
import embed, { type VisualizationSpec } from "vega-embed";
import { expressionInterpreter } from "vega-interpreter";
import { chartConfig } from "./config.ts";

// The interpreter's own `datetime` takes a number of milliseconds for a year.
expressionFunction("datetime", (...parts: [number]) => new Date(...parts));

export interface Drawing {
  resize: (width: number, height: number) => void;
  /** The picture as a PNG's address, twice as large for sharp slides. */
  png: () => Promise<string>;
  end: () => void;
}

export async function draw(
  element: HTMLElement,
  vega: object,
  size: { width: number; height: number },
): Promise<Drawing> {
  const { view, finalize } = await embed(element, fitted(vega, size), {
    mode: "vega-lite",
    actions: false,
    ast: true,
    config: chartConfig(),
    defaultStyle: false,
    expr: expressionInterpreter,
    renderer: "svg",
    tooltip: { disableDefaultStyle: true, id: "chart-tooltip" },
  });
  return {
    resize: (width, height) => void resized(view, width, fittingHeight(vega, height)),
    png: () => view.toImageURL("png", 2),
    end: finalize,
  };
}

/** The specification in the size of its place; titles stand outside, where the page shows them. */
function fitted(vega: object, { width, height }: { width: number; height: number }): VisualizationSpec {
  const {
    $schema: _schema,
    title: _title,
    background: _background,
    config: _config,
    ...rest
  }: Record<string, unknown> = { ...vega };
  const spec = {
    ...labelsUnderBars(rest),
    width,
    height: fittingHeight(rest, height),
    autosize: { type: "fit", contains: "padding" },
  };
  return JSON.parse(JSON.stringify(spec));
}

/** A bar of a month begins at the month's tick: its name begins there too, or it would seem to stand between two. */
function labelsUnderBars(vega: Record<string, unknown>): Record<string, unknown> {
  const { mark, encoding } = vega;
  const bars = mark === "bar" || (isObject(mark) && mark.type === "bar");
  if (!bars || !isObject(encoding) || !isObject(encoding.x) || encoding.x.type !== "temporal") return vega;
  const axis = isObject(encoding.x.axis) ? encoding.x.axis : {};
  return { ...vega, encoding: { ...encoding, x: { ...encoding.x, axis: { ...axis, labelAlign: "left" } } } };
}

const NAME_PX = 18;
/** A few bars need not fill their place: thicker ones read no better. */
const MOST_NAME_PX = 84;
const AXIS_PX = 56;
const LEGEND_PX = 52;

function fittingHeight(vega: object, height: number): number {
  return Math.max(Math.min(height, mostHeight(vega)), leastHeight(vega));
}

/** Names down the side need a line each; a chart that is taller than its place scrolls. */
export function leastHeight(vega: object): number {
  const names = namesDown(vega);
  return names === 0 ? 0 : names * NAME_PX + aroundNames(vega);
}

function mostHeight(vega: object): number {
  const names = namesDown(vega);
  return names === 0 ? Number.POSITIVE_INFINITY : names * MOST_NAME_PX + aroundNames(vega);
}

function aroundNames(vega: object): number {
  const colored = "encoding" in vega && isObject(vega.encoding) && vega.encoding.color !== undefined;
  return AXIS_PX + (colored ? LEGEND_PX : 0);
}

/** How many names stand down the side; none where numbers do. */
function namesDown(vega: object): number {
  if (!("encoding" in vega) || !isObject(vega.encoding) || !("data" in vega) || !isObject(vega.data)) return 0;
  const { y } = vega.encoding;
  const { values } = vega.data;
  if (
    !isObject(y) ||
    (y.type !== "nominal" && y.type !== "ordinal") ||
    typeof y.field !== "string" ||
    !Array.isArray(values)
  )
    return 0;
  const { field } = y;
  return new Set(values.map((row: unknown) => (isObject(row) ? row[field] : undefined))).size;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

async function resized(view: View, width: number, height: number): Promise<void> {
  await view.width(width).height(height).resize().runAsync();
}
