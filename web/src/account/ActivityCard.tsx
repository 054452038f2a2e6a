import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { useCatalog } from "@/api/catalog.ts";
import { answered, api } from "@/api/client.ts";
import { formatAge, formatChoice } from "@/format/format.ts";
import { links } from "@/links.ts";
import { Button } from "@/ui/Button.tsx";
import { Card } from "@/ui/Card.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import css from "./Account.module.css";

const PAGE = 8;

/** What one did, and what happened to the account. */
export function ActivityCard({ id }: { id: string }) {
  const catalog = useCatalog();
  const log = useInfiniteQuery({
    queryKey: ["account", "activity", id],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET("/api/users/{id}/logs", {
          params: { path: { id }, query: { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const entries = log.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Card title="Activity" flush>
      {log.error ? (
        <ProblemState error={log.error} compact onRetry={() => void log.refetch()} />
      ) : log.isLoading ? (
        <SkeletonRows count={4} />
      ) : (
        <ul className={css.rows}>
          {entries.map(({ source, id: number, at, event, object, record_id, ip }) => {
            const kind = object ? catalog.byName(object) : undefined;
            return (
              <li key={`${source} ${number}`} className={css.row}>
                <div className={css.what}>
                  <strong>
                    {formatChoice(event)}
                    {kind && record_id ? (
                      <Link to={links.record(kind.table, record_id)}>{kind.label.toLowerCase()}</Link>
                    ) : (
                      object && formatChoice(object).toLowerCase()
                    )}
                  </strong>
                  <span>
                    {formatAge(at)}
                    {ip && ` · ${ip}`}
                  </span>
                </div>
              </li>
            );
          })}
        </ul>
      )}
      {log.hasNextPage && (
        <div className={css.footer}>
          <Button busy={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            Earlier
          </Button>
        </div>
      )}
    </Card>
  );
}
