/** Days relative to today, for people to choose from. */
import type { Period, PeriodUnit } from "@/api/records.ts";

const UNITS: PeriodUnit[] = ["week", "month", "quarter", "year"];
const DAYS = [7, 30, 90, 365];

export const PERIODS: readonly Period[] = [
  { rel: "today" },
  { rel: "yesterday" },
  { rel: "tomorrow" },
  ...UNITS.map((unit): Period => ({ rel: "this", unit })),
  ...UNITS.map((unit): Period => ({ rel: "last", unit })),
  ...UNITS.map((unit): Period => ({ rel: "next", unit })),
  ...DAYS.map((n): Period => ({ rel: "last", n, unit: "day", current: true })),
  ...DAYS.map((n): Period => ({ rel: "next", n, unit: "day", current: true })),
];

export function periodLabel(period: Period): string {
  if (!("unit" in period)) return period.rel;
  if (period.rel === "this") return `this ${period.unit}`;
  const { rel, n = 1, unit, current = false } = period;
  const many = n === 1 ? `${rel} ${unit}` : `${rel} ${n} ${unit}s`;
  return current && unit !== "day" ? `${many} and this one` : many;
}
