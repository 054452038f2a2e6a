import { useInfiniteQuery } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import { formatChoice, formatCount, formatMoment } from "@/format/format.ts";
import { Badge, type Tone } from "@/ui/Badge.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { sayProblem } from "@/ui/toast.tsx";
import { type DeliveryLine, deliveryLog, refreshWebhooks, replayDelivery, type Webhook } from "./webhooks.ts";
import css from "./Webhooks.module.css";

const TONES: Record<string, Tone> = { delivered: "good", pending: "info", failed: "danger", refused: "warn" };

/** What was tried, and trying again. */
export function DeliveryLog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const query = useInfiniteQuery(deliveryLog(webhook.id));
  const lines = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Dialog open onClose={onClose} shape="drawer" title={`Deliveries of ${webhook.name}`} description={webhook.url}>
      {query.error && <ProblemState error={query.error} onRetry={() => void query.refetch()} compact />}
      {query.isPending && <SkeletonRows />}
      {query.isSuccess && lines.length === 0 && (
        <EmptyState title="Nothing yet">Change a record that it listens to, or send a test call.</EmptyState>
      )}
      <ul className={css.log}>
        {lines.map((line) => (
          <Line key={line.id} webhook={webhook.id} line={line} />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      )}
    </Dialog>
  );
}

function Line({ webhook, line }: { webhook: string; line: DeliveryLine }) {
  const again = async () => {
    try {
      await replayDelivery(webhook, line.id);
    } catch (thrown) {
      sayProblem("It was not queued", thrown);
    }
    await refreshWebhooks();
  };
  return (
    <li className={css.delivery}>
      <Badge tone={TONES[line.status] ?? "neutral"}>{formatChoice(line.status)}</Badge>
      <div className={css.what}>
        <strong>{line.event}</strong>
        <span>
          {formatMoment(line.created_at)} · {formatCount(line.attempts, "attempt", "attempts")}
          {line.answered !== null && line.answered !== undefined && ` · answered ${line.answered}`}
          {line.took_ms !== null && line.took_ms !== undefined && ` · ${line.took_ms} ms`}
        </span>
        {line.error && <span className={css.fault}>{line.error}</span>}
        {line.next_at && <span>Next attempt {formatMoment(line.next_at)}</span>}
      </div>
      <IconButton label={`Send ${line.event} again`} onClick={() => void again()}>
        <RotateCw aria-hidden />
      </IconButton>
    </li>
  );
}
