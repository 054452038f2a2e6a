import type { CrmRecord } from "@/api/records.ts";
import { formatChoice } from "@/format/format.ts";
import { Tooltip } from "@/ui/Tooltip.tsx";
import { reasonText, type Score, scoreOf, signed } from "./score.ts";
import css from "./ScoreBadge.module.css";

const REASONS_IN_TOOLTIP = 4;

/** The score with its tier's colour; why, on hover and focus. */
export function ScoreBadge({ record }: { record: CrmRecord }) {
  const score = scoreOf(record);
  if (!score)
    return (
      <span className={css.none} title="No model has scored this lead yet">
        Not scored
      </span>
    );
  const badge = (
    <span className={css.badge} data-tier={score.tier}>
      <span className={css.meter} aria-hidden>
        <span style={{ width: `${score.score}%` }} />
      </span>
      <span className="numeric">{score.score}</span>
      <span className={css.tier}>{formatChoice(score.tier)}</span>
    </span>
  );
  return score.reasons.length === 0 ? (
    badge
  ) : (
    <Tooltip text={<Reasons score={score} />} side="right">
      {badge}
    </Tooltip>
  );
}

function Reasons({ score }: { score: Score }) {
  return (
    <span className={css.reasons}>
      <strong>Why {score.score}</strong>
      {score.reasons.slice(0, REASONS_IN_TOOLTIP).map((reason) => (
        <span key={reason.feature + reason.text}>
          <b data-up={reason.points > 0}>{signed(reason.points)}</b> {reasonText(reason)}
        </span>
      ))}
    </span>
  );
}
