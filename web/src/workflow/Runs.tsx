import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { useCatalog } from "@/api/catalog.ts";
import { formatChoice, formatMoment } from "@/format/format.ts";
import { links } from "@/links.ts";
import { Badge, type Tone } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { type RunLine, runsQuery } from "./workflow.ts";
import css from "./Workflow.module.css";

const TONES: Record<RunLine["status"], Tone> = { waiting: "info", done: "good", failed: "danger" };

/** What a rule did, beside the list of rules. */
export function RunsDrawer({ rule, name, onClose }: { rule: string; name: string; onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} shape="drawer" title={`Runs of ${name}`}>
      <Runs rule={rule} />
    </Dialog>
  );
}

/** What a rule did, newest first. */
export function Runs({ rule }: { rule: string }) {
  const query = useInfiniteQuery(runsQuery(rule));
  const lines = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      {query.error && <ProblemState error={query.error} onRetry={() => void query.refetch()} compact />}
      {query.isPending && <SkeletonRows count={3} />}
      {query.isSuccess && lines.length === 0 && (
        <p className={css.quiet}>It has not run yet. It does as soon as a record meets it.</p>
      )}
      <ul className={css.runs} aria-label="Runs">
        {lines.map((line) => (
          <Line key={line.id} line={line} />
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

function Line({ line }: { line: RunLine }) {
  const object = useCatalog().byName(line.object);
  return (
    <li className={css.run}>
      <Badge tone={TONES[line.status]}>{formatChoice(line.status)}</Badge>
      <div className={css.what}>
        {object && line.title !== null ? (
          <Link to={links.record(object.table, line.record_id)}>{line.title}</Link>
        ) : (
          <strong>{object?.label ?? formatChoice(line.object)} that is gone or hidden from you</strong>
        )}
        <span>
          <time dateTime={line.at}>{formatMoment(line.at)}</time>
          {line.outcome && ` · ${line.outcome}`}
        </span>
        {line.error && <span className={css.fault}>{line.error}</span>}
      </div>
    </li>
  );
}
