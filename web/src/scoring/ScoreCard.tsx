import { useQuery } from "@tanstack/react-query";
import { formatAge } from "@/format/format.ts";
import { Card } from "@/ui/Card.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { Skeleton } from "@/ui/Skeleton.tsx";
import { Gauge } from "./Gauge.tsx";
import { LeadRating } from "./LeadRating.tsx";
import { points, scoreQuery, TIER_WORDS } from "./score.ts";
import css from "./ScoreCard.module.css";
import { Sparkline } from "./Sparkline.tsx";

/** A lead's score with its reasons in words, its past, and a place to disagree. */
export function ScoreCard({ leadId }: { leadId: string }) {
  const { data, error, refetch } = useQuery(scoreQuery(leadId));
  return (
    <Card title="Score">
      {error && <ProblemState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={120} />}
      {data && (
        <div className={css.card}>
          {data.score === null ? <p className={css.message}>{data.message ?? "This lead has no score yet. Scores are written when a manager applies the model."}</p> : (
            <>
              <div className={css.head}>
                <Gauge score={data.score} tier={data.tier} />
                <div className={css.verdict}>
                  {data.tier && <strong data-tier={data.tier}>{TIER_WORDS[data.tier]}</strong>}
                  {data.scored_at && <span>Scored {formatAge(data.scored_at)}{data.model ? ` by ${data.model}` : ""}</span>}
                </div>
              </div>
              {data.message && <p className={css.message}>{data.message}</p>}
              <ul className={css.reasons} aria-label="Why">
                {data.base !== null && <li className={css.base}><span>Where every lead starts</span><b>{data.base}</b></li>}
                {data.reasons.map((reason) => (
                  <li key={reason.feature} className={reason.points < 0 ? css.minus : css.plus}>
                    <span>{reason.text || reason.label}</span>
                    <b>{points(reason.points)}</b>
                  </li>
                ))}
              </ul>
              <Sparkline history={data.history} />
            </>
          )}
          <LeadRating leadId={leadId} />
        </div>
      )}
    </Card>
  );
}
