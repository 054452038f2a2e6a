import { formatDay } from "@/format/format.ts";
import css from "./ScoreCard.module.css";

const WIDTH = 260;
const HEIGHT = 44;
const EDGE = 4;

/** How a score went, oldest left. */
export function Sparkline({ history }: { history: readonly { at: string; score: number }[] }) {
  const points = [...history].sort((one, other) => one.at.localeCompare(other.at));
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || points.length < 2) return null;
  const begin = Date.parse(first.at);
  const span = Math.max(1, Date.parse(last.at) - begin);
  const place = ({ at, score }: { at: string; score: number }) => `${(EDGE + ((WIDTH - 2 * EDGE) * (Date.parse(at) - begin)) / span).toFixed(1)},${(HEIGHT - EDGE - ((HEIGHT - 2 * EDGE) * score) / 100).toFixed(1)}`;
  const end = place(last).split(",");
  return (
    <figure className={css.sparkline}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`Score from ${first.score} on ${formatDay(first.at)} to ${last.score} on ${formatDay(last.at)}`}>
        <polyline points={points.map(place).join(" ")} />
        <circle cx={end[0]} cy={end[1]} r="3" />
      </svg>
      <figcaption><span>{formatDay(first.at)}</span><span>{formatDay(last.at)}</span></figcaption>
    </figure>
  );
}
