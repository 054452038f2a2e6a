/** The models that score leads, and what training and applying them answer. */
import { queryOptions } from "@tanstack/react-query";
import { request } from "@/api/client.ts";
import { keys } from "@/api/keys.ts";
import { listRecords } from "@/api/records.ts";

export type Tier = "hot" | "warm" | "cool" | "cold";

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

export const MODELS = "score_models";
const WATCH_MS = 1_000;

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

/** A named number anywhere inside the metrics of a model. */
export function metric(metrics: unknown, name: string): number | undefined {
  const json: unknown = typeof metrics === "string" ? JSON.parse(metrics) : metrics;
  if (typeof json !== "object" || json === null) return undefined;
  for (const [key, value] of Object.entries(json)) {
    if (key === name && (typeof value === "number" || typeof value === "string") && Number.isFinite(Number(value)))
      return Number(value);
    const inner = typeof value === "object" ? metric(value, name) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** How much one feature moves the scores of a version. */
export interface FeatureWeight {
  feature: string;
  label: string;
  /** Part of all that moves them, 0 to 1. */
  share: number;
  /** Whether it may know the outcome already. */
  suspicious: boolean;
}

const SHOWN_FEATURES = 8;

/** The features that weigh most, the heaviest first; none for rules. */
export function featureWeights(metrics: unknown): FeatureWeight[] {
  const json: unknown = typeof metrics === "string" ? JSON.parse(metrics) : metrics;
  if (typeof json !== "object" || json === null || !("features" in json) || !Array.isArray(json.features)) return [];
  const features: FeatureWeight[] = json.features;
  return features.filter(({ share }) => share > 0).slice(0, SHOWN_FEATURES);
}
