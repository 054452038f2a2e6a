import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { keys } from "@/api/keys.ts";
import { type CrmRecord, listParameters, listRecords, type ListRequest } from "@/api/records.ts";
import { formatNumber } from "@/format/format.ts";
import { Card } from "@/ui/Card.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import css from "./Home.module.css";

export interface RecordCardProps {
  title: string;
  table: string;
  ask: ListRequest;
  /** What to say when there are none. */
  none: string;
  children: (record: CrmRecord) => ReactNode;
}

/** The first records of a list, with the way to all of them. */
export function RecordCard({ title, table, ask, none, children }: RecordCardProps) {
  const whole = { ...ask, total: true };
  const list = useQuery({
    queryKey: keys.list(table, whole),
    queryFn: ({ signal }) => listRecords(table, whole, signal),
  });
  const items = list.data?.items ?? [];
  const { limit: _limit, ...shown } = ask;
  return (
    <Card
      flush
      title={title}
      actions={
        <Link className={css.all} to={`/${table}?${listParameters(shown)}`}>
          {list.data?.total ? `All ${formatNumber(list.data.total)}` : "Open the list"}
        </Link>
      }
    >
      {list.error ? (
        <ProblemState error={list.error} onRetry={() => void list.refetch()} compact />
      ) : list.isLoading ? (
        <div className={css.padded}>
          <SkeletonRows count={4} />
        </div>
      ) : items.length === 0 ? (
        <p className={css.none}>{none}</p>
      ) : (
        <ul className={css.rows}>
          {items.map((record) => (
            <li key={record.id}>{children(record)}</li>
          ))}
        </ul>
      )}
    </Card>
  );
}
