/** Scores of leads, why they are what they are, and what people think of them. */
import { queryOptions } from "@tanstack/react-query";
import { request } from "@/api/client.ts";
import { keys } from "@/api/keys.ts";
import { listRecords } from "@/api/records.ts";

export type Tier = "hot" | "warm" | "cool" | "cold";

export interface Reason {
  feature: string;
  label: string;
  points: number;
  text: string;
}

export interface LeadScore {
  score: number | null;
  tier: Tier | null;
  scored_at: string | null;
  model: string | null;
  base: number | null;
  reasons: Reason[];
  history: { at: string; score: number }[];
  message: string | null;
}

export interface ScoreModel {
  name: string;
  algorithm: string;
  status: string;
  trained_at: string;
  leads: number;
  conversions: number;
  metrics: unknown;
}

export interface ScoringStatus {
  model: ScoreModel | null;
  conversions: number;
  needed: number;
  message: string | null;
  last_applied_at: string | null;
  training?: boolean;
  applying?: boolean;
  progress?: { done: number; total: number };
  drift: { feature: string; label: string; index?: number }[];
}

export interface Trained {
  model: ScoreModel;
  message: string | null;
}

export interface Applied {
  scored: number;
  model: string;
  tiers: Record<string, number>;
}

export const FEEDBACK = "lead_feedback";
export const MODELS = "score_models";
const WATCH_MS = 1_000;

export const scoreQuery = (lead: string) =>
  queryOptions({
    queryKey: [...keys.record("leads", lead), "score"],
    queryFn: ({ signal }) => request<LeadScore>(`/api/leads/${lead}/score`, { signal }),
    staleTime: 30_000,
  });

export const feedbackQuery = (lead: string) =>
  queryOptions({
    queryKey: keys.list(FEEDBACK, { lead }),
    queryFn: async ({ signal }) => (await listRecords(FEEDBACK, { sort: "-created_at", limit: 20, filters: [{ field: "lead_id", operator: "eq", value: lead }] }, signal)).items,
  });

export const statusQuery = queryOptions({
  queryKey: ["scoring-status"],
  queryFn: ({ signal }) => request<ScoringStatus>("/api/scoring/status", { signal }),
  refetchInterval: ({ state }) => (state.data?.training || state.data?.applying ? WATCH_MS : false),
});

export const modelsQuery = queryOptions({
  queryKey: keys.list(MODELS, { all: true }),
  queryFn: async ({ signal }) => (await listRecords(MODELS, { sort: "-trained_at", limit: 50 }, signal)).items,
});

export const train = () => request<Trained>("/api/scoring/train", { method: "POST" });
export const apply = () => request<Applied>("/api/scoring/apply", { method: "POST" });

export const TIER_WORDS: Record<Tier, string> = { hot: "Hot", warm: "Warm", cool: "Cool", cold: "Cold" };

/** `+12`, `−5`: with a true minus, so that columns line up. */
export function points(value: number): string {
  return value > 0 ? `+${value}` : value < 0 ? `−${-value}` : "0";
}

/** A named number anywhere inside the metrics of a model. */
export function metric(metrics: unknown, name: string): number | undefined {
  const json: unknown = typeof metrics === "string" ? JSON.parse(metrics) : metrics;
  if (typeof json !== "object" || json === null) return undefined;
  for (const [key, value] of Object.entries(json)) {
    if (key === name && (typeof value === "number" || typeof value === "string") && Number.isFinite(Number(value))) return Number(value);
    const inner = typeof value === "object" ? metric(value, name) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}
