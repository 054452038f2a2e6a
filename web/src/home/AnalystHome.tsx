import { useQuery } from "@tanstack/react-query";
import { BarChart3, Database, Plus } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { answered, api } from "@/api/client.ts";
import { pastStatements } from "@/explore/history.ts";
import { formatAge, formatNumber } from "@/format/format.ts";
import { links } from "@/links.ts";
import { LinkButton } from "@/ui/Button.tsx";
import { Card } from "@/ui/Card.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import css from "./Home.module.css";

const SHOWN = 6;

/** Recent queries, ready reports, and the way to new ones. */
export function AnalystHome() {
  const [statements] = useState(() => pastStatements().slice(0, SHOWN));
  const reports = useQuery({
    queryKey: ["reports", "ready"],
    queryFn: ({ signal }) => answered(api.GET("/api/reports", { signal })),
  });
  return (
    <div className={css.columns}>
      <Card
        flush
        title="Recent queries"
        actions={
          <LinkButton size="s" to={links.sql()} icon={<Database aria-hidden />}>
            New query
          </LinkButton>
        }
      >
        {statements.length === 0 ? (
          <p className={css.none}>Queries that you run show up here.</p>
        ) : (
          <ul className={css.rows}>
            {statements.map(({ sql, at, rows }) => (
              <li key={at + sql} className={css.row}>
                <Link to={links.sql(sql)} className={css.code}>
                  {sql}
                </Link>
                <span className={css.when}>
                  {rows === null ? "" : `${formatNumber(rows)} rows · `}
                  {formatAge(at)}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Card>
      <Card
        flush
        title="Ready reports"
        actions={
          <LinkButton size="s" to={links.newReport()} icon={<Plus aria-hidden />}>
            New report
          </LinkButton>
        }
      >
        {reports.error ? (
          <ProblemState error={reports.error} onRetry={() => void reports.refetch()} compact />
        ) : reports.isLoading ? (
          <div className={css.padded}>
            <SkeletonRows count={4} />
          </div>
        ) : (
          <ul className={css.rows}>
            {reports.data?.items.slice(0, SHOWN + 2).map(({ name, title, description }) => (
              <li key={name} className={css.row}>
                <BarChart3 size={16} aria-hidden className={css.mark} />
                <div className={css.main}>
                  <Link to={links.report(name)}>{title}</Link>
                  <span>{description}</span>
                </div>
              </li>
            ))}
          </ul>
        )}
      </Card>
    </div>
  );
}
