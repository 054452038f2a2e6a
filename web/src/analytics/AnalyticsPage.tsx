import { useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";
import { formatChoice, formatDate, formatMoney, formatMonth, formatNumber, formatPercent } from "@/format/format.ts";
import { links } from "@/links.ts";
import { Card } from "@/ui/Card.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { DayField } from "@/ui/Field.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { Segments } from "@/ui/Segments.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { type Analytics, analyticsQuery, INTERVALS, type Subject } from "./analyticsApi.ts";
import css from "./AnalyticsPage.module.css";
import { Bars } from "./Bars.tsx";

/** How often we meet contacts or companies, how many answer, and what comes of it. */
export function AnalyticsPage({ subject }: { subject: Subject }) {
  const [parameters, setParameters] = useSearchParams();
  const interval = INTERVALS.find((candidate) => candidate === parameters.get("interval")) ?? "month";
  const ask = { from: parameters.get("from") ?? "", to: parameters.get("to") ?? "", interval };
  const figures = useQuery(analyticsQuery(subject, ask));
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(parameters);
    if (value) next.set(name, value);
    else next.delete(name);
    setParameters(next, { replace: true });
  };
  const people = subject === "contacts" ? "Contacts" : "Companies";
  return (
    <div className={css.page}>
      <PageHeader
        title={`${people}: analytics`}
        subtitle={
          figures.data &&
          `${formatDate(figures.data.from)} to ${formatDate(figures.data.to)}, over what you may see. ` +
            `As of ${Math.round(figures.data.lag_ms / 1000)} s ago.`
        }
        actions={
          <div className={css.tools}>
            <DayField label="From" value={ask.from} onChange={(day) => set("from", day)} />
            <DayField label="To" value={ask.to} onChange={(day) => set("to", day)} />
            <Segments
              label="Periods"
              value={interval}
              options={INTERVALS.map((value) => ({ value, label: `By ${value}` }))}
              onChange={(value) => set("interval", value)}
            />
          </div>
        }
      />
      {figures.error ? (
        <ProblemState error={figures.error} onRetry={() => void figures.refetch()} />
      ) : figures.data ? (
        <Figures figures={figures.data} people={people.toLowerCase()} />
      ) : (
        <SkeletonRows count={10} />
      )}
    </div>
  );
}

function Figures({ figures, people }: { figures: Analytics; people: string }) {
  const { records, engagement, interactions, periods, performance, top, subject } = figures;
  const tiles = [
    { label: `All ${people}`, value: records.total },
    { label: "New", value: records.created },
    { label: "Customers", value: records.customers },
    { label: "Interactions", value: engagement.interactions },
    { label: "Active", value: engagement.active },
    { label: "Got in touch themselves", value: engagement.answering },
  ];
  return (
    <div className={css.grid}>
      <dl className={css.tiles}>
        {tiles.map(({ label, value }) => (
          <div key={label} className={css.tile}>
            <dt>{label}</dt>
            <dd>{formatNumber(value)}</dd>
          </div>
        ))}
      </dl>
      <Card title="Interactions by kind">
        <Bars
          items={interactions.map((item) => ({
            label: formatChoice(item.kind),
            value: item.interactions,
            note: `with ${formatNumber(item.records)} ${people}`,
          }))}
          none="No interactions in this time."
        />
      </Card>
      <Card title={`Interactions by ${figures.interval}`}>
        <Bars
          items={periods.map((item) => ({
            label: figures.interval === "month" ? formatMonth(item.period) : formatDate(item.period),
            value: item.interactions,
            note: `with ${formatNumber(item.records)} ${people}`,
          }))}
          none="No interactions in this time."
        />
      </Card>
      <Card title="Performance">
        {performance.length === 0 ? (
          <EmptyState title="No deals">Deals with these {people} show up here.</EmptyState>
        ) : (
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard
          <div className={css.scroller} role="region" aria-label="Performance by currency" tabIndex={0}>
            <table className={css.table}>
              <thead>
                <tr>
                  <th scope="col">Currency</th>
                  <th scope="col">Won</th>
                  <th scope="col">Lost</th>
                  <th scope="col">Win rate</th>
                  <th scope="col">Won amount</th>
                  <th scope="col">Open</th>
                  <th scope="col">Open amount</th>
                </tr>
              </thead>
              <tbody>
                {performance.map((row) => (
                  <tr key={row.currency}>
                    <th scope="row">{row.currency}</th>
                    <td>{formatNumber(row.won)}</td>
                    <td>{formatNumber(row.lost)}</td>
                    <td>{row.win_rate === null ? "–" : formatPercent(row.win_rate)}</td>
                    <td>{formatMoney(row.won_amount, row.currency)}</td>
                    <td>{formatNumber(row.open)}</td>
                    <td>{formatMoney(row.open_amount, row.currency)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Card>
      <Card title="Most active" flush>
        <ol className={css.top}>
          {top.map((item) => (
            <li key={item.id}>
              <Link to={links.record(subject, item.id)}>{item.name ?? "Untitled"}</Link>
              <span>
                {formatNumber(item.interactions)}, last on {formatDate(item.last_on)}
              </span>
            </li>
          ))}
        </ol>
      </Card>
    </div>
  );
}
