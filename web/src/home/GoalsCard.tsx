import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { useCatalog } from "@/api/catalog.ts";
import { keys } from "@/api/keys.ts";
import { type Filter, listRecords } from "@/api/records.ts";
import { formatMoneyCompact, formatNumber, isoToday } from "@/format/format.ts";
import { links } from "@/links.ts";
import { LinkedRecord } from "@/records/FieldText.tsx";
import { Card } from "@/ui/Card.tsx";
import css from "./Goals.module.css";
import { elapsed, type Goal, goalOf, METRICS, reached } from "./goals.ts";

/** Goals on a home page; the list has all of them. */
const SHOWN = 12;
const ASKED = 100;

/** The goals of today, and how far each is reached: one's own, or those of everybody a manager sees. */
export function GoalsCard({ owner }: { owner?: string }) {
  const object = useCatalog().byTable("goals");
  const today = isoToday();
  const filters: Filter[] = [
    { field: "starts_on", operator: "lte", value: today },
    ...(owner ? [{ field: "owner_id", operator: "eq", value: owner } as const] : []),
  ];
  const ask = { filters, sort: "-starts_on", limit: ASKED };
  const goals = useQuery({
    queryKey: keys.list("goals", ask),
    queryFn: ({ signal }) => listRecords("goals", ask, signal),
    enabled: object !== undefined,
  });
  const current = (goals.data?.items ?? []).map(goalOf).filter((goal) => goal !== undefined);
  const shown = current.filter((goal) => goal.last >= today).slice(0, SHOWN);
  if (!object || (shown.length === 0 && !object.permissions.create)) return null;
  return (
    <Card
      title="Goals"
      actions={
        <Link className={css.all} to={links.list("goals")}>
          {object.permissions.create ? "Set goals" : "All goals"}
        </Link>
      }
    >
      {shown.length === 0 && <p className={css.none}>No goal is set for this period.</p>}
      <ul className={css.goals}>
        {shown.map((goal) => (
          <Progress key={goal.id} goal={goal} today={today} named={owner === undefined} />
        ))}
      </ul>
    </Card>
  );
}

function Progress({ goal, today, named }: { goal: Goal; today: string; named: boolean }) {
  const answer = useQuery({
    queryKey: [...keys.table(goal.metric === "activities" ? "activities" : "deals"), "goal", goal.id, goal.target],
    queryFn: ({ signal }) => reached(goal, signal),
  });
  const value = answer.data ?? 0;
  const part = goal.target > 0 ? value / goal.target : 1;
  const pace = elapsed(goal, today);
  const shown = (amount: number) => (goal.metric === "won_amount" ? formatMoneyCompact(amount) : formatNumber(amount));
  const { label } = METRICS[goal.metric];
  return (
    <li>
      <div className={css.words}>
        <span>
          {named && goal.owner && (
            <>
              <LinkedRecord objectName="user" id={goal.owner} />{" "}
            </>
          )}
          {label}, this {goal.period}
        </span>
        <span className="numeric">
          {answer.error ? "not known" : answer.isLoading ? "…" : `${shown(value)} of ${shown(goal.target)}`}
        </span>
      </div>
      <div
        className={css.bar}
        data-behind={part < pace}
        role="progressbar"
        aria-label={`${label}, this ${goal.period}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(Math.min(1, part) * 100)}
        title={part < pace ? "Behind an even pace" : "On pace"}
      >
        <span style={{ width: `${Math.min(1, part) * 100}%` }} />
        <i style={{ left: `${pace * 100}%` }} aria-hidden />
      </div>
    </li>
  );
}
