import css from "./ScoreCard.module.css";

const WIDTH = 84;
const HEIGHT = 34;

/** Scores over time, as a line. */
export function Sparkline({ points }: { points: readonly { at: string; score: number }[] }) {
  const first = Date.parse(points[0]?.at ?? "");
  const span = Math.max(1, Date.parse(points.at(-1)?.at ?? "") - first);
  const place = ({ at, score }: { at: string; score: number }) =>
    `${(((Date.parse(at) - first) / span) * (WIDTH - 4) + 2).toFixed(1)},${(HEIGHT - 3 - (score / 100) * (HEIGHT - 6)).toFixed(1)}`;
  const from = points[0]?.score ?? 0;
  const to = points.at(-1)?.score ?? 0;
  return (
    <svg
      className={css.spark}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={`From ${from} to ${to} over ${points.length} scorings`}
    >
      <polyline points={points.map(place).join(" ")} />
    </svg>
  );
}
