/** The look of every chart, from the colours of the theme; the one place that decides it in the browser. */

export type ChartConfig = Record<string, unknown>;

const SERIES = 8;

export function chartConfig(): ChartConfig {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const text = token("--text-2");
  const quiet = token("--text-3");
  const line = token("--border");
  const font = "Inter Variable, Inter, system-ui, sans-serif";
  const accent = token("--chart-1");
  const axis = {
    labelColor: quiet,
    titleColor: quiet,
    titleFontWeight: 500,
    titleFontSize: 11,
    labelFontSize: 11,
    domainColor: line,
    tickColor: line,
    gridColor: line,
    labelPadding: 6,
    titlePadding: 10,
    labelLimit: 150,
    ticks: false,
  };
  return {
    background: "transparent",
    font,
    padding: 4,
    view: { stroke: null },
    title: { color: token("--text"), fontSize: 13, fontWeight: 600, anchor: "start", offset: 10 },
    axis,
    axisX: { grid: false, labelOverlap: true, labelFlush: false },
    // A name that is hidden behind others would still take room where it reaches over the end.
    axisXTemporal: { labelBound: 30 },
    axisY: { domain: false, grid: true, gridOpacity: 0.8 },
    axisXQuantitative: { grid: true, tickCount: 6 },
    axisYQuantitative: { tickCount: 5 },
    axisYBand: { grid: false },
    legend: {
      labelColor: text,
      titleColor: quiet,
      titleFontWeight: 500,
      titleFontSize: 11,
      labelFontSize: 11,
      symbolType: "circle",
      symbolSize: 70,
      orient: "bottom",
      columns: 4,
      labelLimit: 140,
      rowPadding: 4,
    },
    range: {
      category: Array.from({ length: SERIES }, (_, index) => token(`--chart-${index + 1}`)),
      heatmap: [token("--surface-2"), accent],
      ramp: [token("--surface-2"), accent],
    },
    mark: { color: accent },
    bar: { color: accent, cornerRadiusEnd: 3 },
    line: { color: accent, strokeWidth: 2.25 },
    point: { color: accent, filled: true, size: 36 },
    area: { color: accent, fillOpacity: 0.75, line: true },
    rect: { color: accent },
    arc: { stroke: token("--surface"), strokeWidth: 2 },
    rule: { color: quiet },
    text: { color: token("--text"), font },
  };
}
