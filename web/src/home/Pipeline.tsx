import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { answered, api } from "@/api/client.ts";
import { keys } from "@/api/keys.ts";
import { formatAge, formatMoneyCompact, formatNumber } from "@/format/format.ts";
import { links } from "@/links.ts";
import { Card } from "@/ui/Card.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import css from "./Home.module.css";

const REPORT = "pipeline-by-stage";
const CLOSED = new Set(["Won", "Lost"]);

/** Open deals by stage, from the warehouse. */
export function Pipeline() {
  const answer = useQuery({
    queryKey: [...keys.table("deals"), "report", REPORT],
    queryFn: ({ signal }) => answered(api.POST("/api/reports/run", { body: { name: REPORT }, signal })),
  });
  const stages = (answer.data?.rows ?? [])
    .map(({ keys: [name], cells }) => ({
      name: String(name ?? "None"),
      deals: Number(cells[0]?.[0] ?? 0),
      amount: Number(cells[0]?.[1] ?? 0),
    }))
    .filter(({ name }) => !CLOSED.has(name));
  const largest = Math.max(1, ...stages.map(({ amount }) => amount));
  return (
    <Card
      title="Team pipeline"
      actions={
        <Link className={css.all} to={links.report(REPORT)}>
          Open the report
        </Link>
      }
    >
      {answer.error ? (
        <ProblemState error={answer.error} onRetry={() => void answer.refetch()} compact />
      ) : !answer.data ? (
        <SkeletonRows count={4} />
      ) : stages.length === 0 ? (
        <p className={css.quiet}>No open deals.</p>
      ) : (
        <>
          <ul className={css.bars}>
            {stages.map(({ name, deals, amount }) => (
              <li key={name}>
                <span className={css.barName}>{name}</span>
                <span className={css.bar} aria-hidden>
                  <span style={{ width: `${(amount / largest) * 100}%` }} />
                </span>
                <span className="numeric">{formatMoneyCompact(amount)}</span>
                <span className={css.deals}>{formatNumber(deals)} deals</span>
              </li>
            ))}
          </ul>
          <p className={css.foot}>As of {formatAge(answer.data.run.as_of)}</p>
        </>
      )}
    </Card>
  );
}
