import { formatCell } from "@/format/cell.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Card } from "@/ui/Card.tsx";
import { type FeatureWeight, featureWeights } from "./score.ts";
import css from "./Features.module.css";

/** What weighs most in the scores of a version. */
export function Features({ metrics }: { metrics: unknown }) {
  const features = featureWeights(metrics);
  const most = Math.max(...features.map(({ share }) => share));
  if (features.length === 0) return null;
  return (
    <Card title="What weighs most">
      <ul className={css.features}>
        {features.map((feature) => (
          <Weight key={feature.feature} {...feature} most={most} />
        ))}
      </ul>
    </Card>
  );
}

function Weight({ label, share, suspicious, most }: FeatureWeight & { most: number }) {
  return (
    <li>
      <span>
        {label} {suspicious && <Badge tone="danger">Possible leak</Badge>}
      </span>
      <span className={css.bar} aria-hidden>
        <span style={{ width: `${(100 * share) / most}%` }} />
      </span>
      <span className={css.share}>{formatCell(share, "percent")}</span>
    </li>
  );
}
