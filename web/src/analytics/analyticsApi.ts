/** Figures about contacts and companies, answered from the warehouse. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { request } from "@/api/client.ts";

export const SUBJECTS = ["contacts", "companies"] as const;
export type Subject = (typeof SUBJECTS)[number];

export const INTERVALS = ["week", "month"] as const;
export type Interval = (typeof INTERVALS)[number];

export interface Analytics {
  subject: Subject;
  from: string;
  to: string;
  interval: Interval;
  as_of: string;
  lag_ms: number;
  records: { total: number; created: number; customers: number };
  interactions: { kind: string; interactions: number; records: number }[];
  periods: { period: string; interactions: number; records: number }[];
  engagement: { active: number; answering: number; interactions: number; inbound: number; outbound: number };
  performance: {
    currency: string;
    won: number;
    lost: number;
    won_amount: string;
    open: number;
    open_amount: string;
    win_rate: string | null;
  }[];
  top: { id: string; name: string | null; interactions: number; last_on: string }[];
}

export function analyticsQuery(subject: Subject, ask: { from: string; to: string; interval: Interval }) {
  const parameters = new URLSearchParams({ interval: ask.interval });
  if (ask.from) parameters.set("from", ask.from);
  if (ask.to) parameters.set("to", ask.to);
  return queryOptions({
    queryKey: ["records", subject, "analytics", parameters.toString()],
    queryFn: ({ signal }) => request<Analytics>(`/api/${subject}/analytics?${parameters}`, { signal }),
    placeholderData: keepPreviousData,
  });
}
