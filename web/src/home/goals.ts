/** Goals and how far they are reached; the numbers come from the warehouse. */
import { request } from "@/api/client.ts";
import { type CrmRecord, textOf } from "@/api/records.ts";
import type { ReportResult } from "@/reports/run.ts";
import type { ReportSpec } from "@/reports/spec.ts";

export type Metric = "won_amount" | "won_deals" | "converted_leads" | "activities";

interface Measured {
  label: string;
  measure: string;
  /** The field that says whose it is. */
  owner: string;
  /** The field that says when it counted. */
  when: string;
}

export const METRICS: Record<Metric, Measured> = {
  won_amount: { label: "Won revenue", measure: "deal.won_amount", owner: "deal.owner", when: "deal.closed_on" },
  won_deals: { label: "Won deals", measure: "deal.won_count", owner: "deal.owner", when: "deal.closed_on" },
  converted_leads: {
    label: "Converted leads",
    measure: "lead.converted_count",
    owner: "lead.owner",
    when: "lead.converted_at",
  },
  activities: { label: "Activities", measure: "activity.count", owner: "activity.owner", when: "activity.occurred_at" },
};

export interface Goal {
  id: string;
  owner: string;
  metric: Metric;
  period: string;
  first: string;
  last: string;
  target: number;
}

const MONTHS: Record<string, number> = { month: 1, quarter: 3, year: 12 };

/** The goal of a record; undefined when the page does not know its metric. */
export function goalOf(record: CrmRecord): Goal | undefined {
  const word = textOf(record, "metric");
  const metric = METRIC_NAMES.find((name) => name === word);
  if (!metric) return undefined;
  const period = textOf(record, "period");
  const first = textOf(record, "starts_on");
  return {
    id: record.id,
    owner: textOf(record, "owner_id"),
    metric,
    period,
    first,
    last: lastDay(first, MONTHS[period] ?? 1),
    target: Number(record.target ?? 0),
  };
}

const METRIC_NAMES: readonly Metric[] = ["won_amount", "won_deals", "converted_leads", "activities"];

/** The last day of a period that begins on `first` and lasts some months. */
export function lastDay(first: string, months: number): string {
  const [year = 0, month = 1] = first.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1 + months, 0)).toISOString().slice(0, 10);
}

/** Part of the period that is over on `today`, from 0 to 1: where an even pace would stand. */
export function elapsed(goal: Goal, today: string): number {
  const day = 86_400_000;
  const first = Date.parse(goal.first);
  const last = Date.parse(goal.last);
  const now = Date.parse(today);
  return Math.min(1, Math.max(0, (now - first + day) / (last - first + day)));
}

/** How far a goal is reached. */
export async function reached(goal: Goal, signal?: AbortSignal): Promise<number> {
  const { measure, owner, when } = METRICS[goal.metric];
  const spec: ReportSpec = {
    spec_version: 1,
    values: [{ id: "reached", measure }],
    where: {
      and: [
        { field: owner, op: "=", value: goal.owner },
        { field: when, op: "between", value: [goal.first, goal.last] },
      ],
    },
  };
  const result = await request<ReportResult>("/api/reports/run", { method: "POST", body: { spec }, signal });
  return Number(result.rows[0]?.cells[0]?.[0] ?? 0);
}
