import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useDeferredValue } from "react";
import { formatAge, formatChoice, formatCount, formatMoment } from "@/format/format.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { Card } from "@/ui/Card.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { Input, Select } from "@/ui/Field.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import css from "./Audit.module.css";
import { SECURITY_EVENTS, SECURITY_FILTERS, securityEvents, type Suspicion, suspicions } from "./audit.ts";
import { useFilters } from "./useFilters.ts";

/** Sign-ins and refusals, and what looks unusual among them. */
export function Security() {
  const { filters, change } = useFilters(SECURITY_FILTERS);
  const query = useInfiniteQuery(securityEvents(useDeferredValue(filters)));
  const unusual = useQuery(suspicions);
  const events = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <Card title="Unusual within the last week">
        {unusual.error && <ProblemState error={unusual.error} onRetry={() => void unusual.refetch()} compact />}
        {unusual.isPending && <SkeletonRows />}
        {unusual.data?.length === 0 && <p className={css.quiet}>Nothing stands out.</p>}
        <ul className={css.list}>
          {unusual.data?.map((one) => (
            <li key={`${one.kind} ${one.at} ${one.user_id ?? one.ip ?? ""}`} className={css.unusual}>
              <TriangleAlert aria-hidden />
              <span>{inWords(one)}</span>
              <time dateTime={one.at}>{formatAge(one.at)}</time>
            </li>
          ))}
        </ul>
      </Card>
      <div className={css.tools} role="search">
        <Input
          aria-label="Who"
          placeholder="Login name"
          value={filters.user ?? ""}
          onChange={(event) => change("user", event.target.value)}
        />
        <Select
          aria-label="Event"
          value={filters.event ?? ""}
          onChange={(event) => change("event", event.target.value)}
        >
          <option value="">Any event</option>
          {SECURITY_EVENTS.map((event) => (
            <option key={event} value={event}>
              {formatChoice(event)}
            </option>
          ))}
        </Select>
        <Input
          aria-label="Address"
          placeholder="Address, such as 192.0.2.7"
          value={filters.ip ?? ""}
          onChange={(event) => change("ip", event.target.value)}
        />
      </div>
      {query.error && <ProblemState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <SkeletonRows />}
      {query.isSuccess && events.length === 0 && <EmptyState title="Nothing matches">Widen the filters.</EmptyState>}
      <ul className={css.list}>
        {events.map((event) => (
          <li key={event.id} className={css.line}>
            <time dateTime={event.at}>{formatMoment(event.at)}</time>
            <strong>{event.username ?? "somebody"}</strong>
            <Badge tone={/fail|throttl|refus|reuse|closed/.test(event.event) ? "warn" : "neutral"}>
              {formatChoice(event.event)}
            </Badge>
            <span>{event.ip}</span>
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  );
}

function inWords({ kind, username, ip, occurrences }: Suspicion): string {
  switch (kind) {
    case "many_failures":
      return `${formatCount(occurrences, "refused sign-in", "refused sign-ins")} within an hour ${ip ? `from ${ip}` : `of ${username ?? "one account"}`}`;
    case "new_address":
      return `${username ?? "Somebody"} signed in from ${ip ?? "an address"} for the first time`;
    case "many_exports":
      return `${username ?? "Somebody"} took ${formatCount(occurrences, "file", "files")} within a day, far more than usual`;
  }
}
