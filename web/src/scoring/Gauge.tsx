import css from "./ScoreCard.module.css";
import type { Tier } from "./score.ts";

const RADIUS = 42;
const LENGTH = Math.PI * RADIUS;

/** A score from 0 to 100 as half a ring. */
export function Gauge({ score, tier }: { score: number; tier: Tier | null }) {
  return (
    <svg viewBox="0 0 100 58" className={css.gauge} role="img" aria-label={`Score ${score} of 100`} data-tier={tier ?? "cold"}>
      <path d="M 8 52 A 42 42 0 0 1 92 52" className={css.track} />
      <path d="M 8 52 A 42 42 0 0 1 92 52" className={css.arc} strokeDasharray={`${(LENGTH * Math.min(Math.max(score, 0), 100)) / 100} ${LENGTH}`} />
      <text x="50" y="49" className={css.number}>{score}</text>
    </svg>
  );
}
