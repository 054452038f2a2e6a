import { useQuery } from "@tanstack/react-query";
import { request } from "@/api/client.ts";
import { keys } from "@/api/keys.ts";
import type { CrmRecord } from "@/api/records.ts";
import { formatAge, formatChoice } from "@/format/format.ts";
import { Card } from "@/ui/Card.tsx";
import { reasonText, scoreOf, type ScoreReason, signed } from "./score.ts";
import css from "./ScoreCard.module.css";
import { Sparkline } from "./Sparkline.tsx";

interface Explanation {
  score: number | null;
  base: number | null;
  model: string | null;
  scored_at: string | null;
  reasons: ScoreReason[];
  history: { at: string; score: number }[];
  message: string | null;
}

/** The lead's score, what made it, and how it went. */
export function ScoreCard({ record }: { record: CrmRecord }) {
  const score = scoreOf(record);
  const explanation = useQuery({
    queryKey: [...keys.record("leads", record.id), "score", record.version],
    queryFn: ({ signal }) => request<Explanation>(`/api/leads/${record.id}/score`, { signal }),
    enabled: score !== null,
    retry: false,
  }).data;
  if (!score) {
    return (
      <Card title="Score">
        <p className={css.none}>
          No model has scored this lead yet. Scores are given when a manager applies the scoring model.
        </p>
      </Card>
    );
  }
  const reasons = explanation?.reasons.length ? explanation.reasons : score.reasons;
  const strongest = Math.max(1, ...reasons.map((reason) => Math.abs(reason.points)));
  const scoredAt = explanation?.scored_at ?? (typeof record.scored_at === "string" ? record.scored_at : null);
  return (
    <Card title="Score">
      <div className={css.head} data-tier={score.tier}>
        <Dial score={score.score} />
        <div>
          <p className={css.tier}>{formatChoice(score.tier)}</p>
          <p className={css.about}>{meaning(score.tier)}</p>
        </div>
        {explanation && explanation.history.length > 1 && <Sparkline points={explanation.history} />}
      </div>
      {explanation?.message && <p className={css.message}>{explanation.message}</p>}
      {reasons.length > 0 && (
        <ul className={css.reasons} aria-label="Reasons for the score">
          {reasons.map((reason) => (
            <li key={reason.feature + reason.text}>
              <span className={css.points} data-up={reason.points > 0}>
                {signed(reason.points)}
              </span>
              <span className={css.bar} aria-hidden>
                <span
                  data-up={reason.points > 0}
                  style={{ width: `${(Math.abs(reason.points) / strongest) * 100}%` }}
                />
              </span>
              <span className={css.text}>{reasonText(reason)}</span>
            </li>
          ))}
        </ul>
      )}
      <p className={css.foot}>
        {(explanation?.base ?? null) !== null && <>An average lead has {explanation?.base}. </>}
        {scoredAt && (
          <>
            Scored {formatAge(scoredAt)}
            {explanation?.model ? ` by model ${explanation.model}` : ""}.
          </>
        )}
      </p>
    </Card>
  );
}

function meaning(tier: string): string {
  const meanings: Record<string, string> = {
    hot: "Call today.",
    warm: "Worth a call this week.",
    cool: "Keep in touch.",
    cold: "Little sign of interest.",
  };
  return meanings[tier] ?? "";
}

const RADIUS = 24;
const LENGTH = 2 * Math.PI * RADIUS;

function Dial({ score }: { score: number }) {
  return (
    <svg className={css.dial} viewBox="0 0 60 60" role="img" aria-label={`Score ${score} of 100`}>
      <circle cx="30" cy="30" r={RADIUS} className={css.track} />
      <circle
        cx="30"
        cy="30"
        r={RADIUS}
        className={css.arc}
        strokeDasharray={`${(LENGTH * score) / 100} ${LENGTH}`}
        transform="rotate(-90 30 30)"
      />
      <text x="30" y="31" textAnchor="middle" dominantBaseline="middle">
        {score}
      </text>
    </svg>
  );
}
