import { useQuery } from "@tanstack/react-query";
import { textOf } from "@/api/records.ts";
import { formatChoice, formatMoment, formatNumber } from "@/format/format.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Card } from "@/ui/Card.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { metric, modelsQuery } from "./score.ts";
import css from "./ScoringPage.module.css";

/** Every version that was made, with its quality on leads that it never saw. */
export function Versions() {
  const { data, error, refetch } = useQuery(modelsQuery);
  return (
    <Card title="Versions" flush>
      {error && <ProblemState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonRows count={3} />}
      {data?.length === 0 && <p className={css.none}>No version has been made yet.</p>}
      {data && data.length > 0 && (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard
        <div className={css.scroller} role="region" aria-label="Versions" tabIndex={0}>
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">Version</th>
                <th scope="col">Kind</th>
                <th scope="col">Trained</th>
                <th scope="col" className={css.number}>
                  Leads
                </th>
                <th scope="col" className={css.number}>
                  Converted
                </th>
                <th scope="col" className={css.number}>
                  ROC-AUC
                </th>
                <th scope="col" className={css.number}>
                  Log loss
                </th>
              </tr>
            </thead>
            <tbody>
              {data.map((version) => {
                const status = textOf(version, "status");
                return (
                  <tr key={version.id}>
                    <th scope="row">
                      {textOf(version, "name")}{" "}
                      <Badge tone={status === "champion" ? "good" : status === "challenger" ? "info" : "neutral"}>
                        {formatChoice(status)}
                      </Badge>
                    </th>
                    <td>{formatChoice(textOf(version, "algorithm"))}</td>
                    <td>{formatMoment(textOf(version, "trained_at"))}</td>
                    <td className={css.number}>{formatNumber(textOf(version, "leads"))}</td>
                    <td className={css.number}>{formatNumber(textOf(version, "conversions"))}</td>
                    <td className={css.number}>{metric(version.metrics, "roc_auc")?.toFixed(3) ?? "–"}</td>
                    <td className={css.number}>{metric(version.metrics, "log_loss")?.toFixed(3) ?? "–"}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}
