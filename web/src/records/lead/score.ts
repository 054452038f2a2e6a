/** A lead's score as the record carries it. */
import type { CrmRecord, FieldValue } from "@/api/records.ts";

export const TIERS = ["hot", "warm", "cool", "cold"] as const;
export type Tier = (typeof TIERS)[number];

export interface ScoreReason {
  feature: string;
  label: string;
  /** Points of the score that it gave or took. */
  points: number;
  text: string;
}

export interface Score {
  score: number;
  tier: Tier;
  reasons: ScoreReason[];
}

/** Null for leads that no model has scored. */
export function scoreOf(record: CrmRecord): Score | null {
  const score = record.score;
  if (typeof score !== "number") return null;
  const tier = TIERS.find((candidate) => candidate === record.score_tier) ?? tierOf(score);
  return { score, tier, reasons: reasonsOf(record.score_reasons ?? null) };
}

/** A reason as people read it: values of pick-lists stand in it as they are stored. */
export function reasonText({ text }: ScoreReason): string {
  return text.replace(/: ([a-z]+(?:_[a-z]+)+)$/, (_, value: string) => `: ${value.replaceAll("_", " ")}`);
}

export function signed(points: number): string {
  return points > 0 ? `+${points}` : points < 0 ? `−${Math.abs(points)}` : "0";
}

function reasonsOf(value: FieldValue): ScoreReason[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((part) => {
    if (part === null || typeof part !== "object" || Array.isArray(part)) return [];
    const { feature, label, points, text } = part;
    if (typeof points !== "number") return [];
    const words = typeof text === "string" ? text : String(label ?? feature ?? "");
    return [{ feature: String(feature ?? ""), label: String(label ?? ""), points, text: words }];
  });
}

function tierOf(score: number): Tier {
  if (score >= 70) return "hot";
  if (score >= 45) return "warm";
  return score >= 20 ? "cool" : "cold";
}
