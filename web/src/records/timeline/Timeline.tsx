import {
  CalendarDays,
  CheckSquare,
  History,
  Mail,
  MessageSquare,
  MessagesSquare,
  MonitorPlay,
  Phone,
  Star,
  StickyNote,
  type LucideIcon,
} from "lucide-react";
import { useState } from "react";
import type { FieldValue } from "@/api/records.ts";
import { formatAge, formatChoice, formatDate, formatMoment } from "@/format/format.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { Segments } from "@/ui/Segments.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { outcomeTone, toneOf } from "../tones.ts";
import { FieldChanges } from "./FieldChanges.tsx";
import { type TimelineItem, type TimelineKind, useTimeline } from "./timelineApi.ts";
import css from "./Timeline.module.css";

const ICONS: Record<TimelineKind, LucideIcon> = {
  email: Mail,
  call: Phone,
  meeting: CalendarDays,
  sms: MessageSquare,
  demo: MonitorPlay,
  note: StickyNote,
  task: CheckSquare,
  change: History,
  feedback: Star,
  comment: MessagesSquare,
};
const FILTERS = [
  { value: "all", label: "All" },
  { value: "call,email,meeting,sms,demo", label: "Contact" },
  { value: "note,feedback,comment", label: "Notes" },
  { value: "task", label: "Tasks" },
  { value: "change", label: "Changes" },
];

/** What happened around a record, newest first. */
export function Timeline({ table, id }: { table: string; id: string }) {
  const [kinds, setKinds] = useState("all");
  const timeline = useTimeline(table, id, kinds === "all" ? "" : kinds);
  const items = timeline.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-label="Timeline" className={css.timeline}>
      <div className={css.filters}>
        <Segments label="Show" value={kinds} options={FILTERS} onChange={setKinds} />
      </div>
      {timeline.error ? (
        <ProblemState error={timeline.error} onRetry={() => void timeline.refetch()} compact />
      ) : timeline.isLoading ? (
        <SkeletonRows count={5} />
      ) : items.length === 0 ? (
        <EmptyState title="Nothing here yet" icon={<History />}>
          Notes, calls, e-mails, meetings and tasks that you add above show up here.
        </EmptyState>
      ) : (
        <ol className={css.items}>
          {items.map((item, position) => (
            <li key={`${item.kind} ${item.id}`} data-last={dayOf(item.at) !== dayOf(items[position + 1]?.at ?? "")}>
              {dayOf(item.at) !== dayOf(items[position - 1]?.at ?? "") && (
                <h3 className={css.day}>{dayName(item.at)}</h3>
              )}
              <Entry item={item} />
            </li>
          ))}
        </ol>
      )}
      {timeline.hasNextPage && (
        <Button className={css.more} busy={timeline.isFetchingNextPage} onClick={() => void timeline.fetchNextPage()}>
          Show older
        </Button>
      )}
    </section>
  );
}

function Entry({ item }: { item: TimelineItem }) {
  const Icon = ICONS[item.kind] ?? History;
  return (
    <article className={css.entry} data-kind={item.kind}>
      <span className={css.icon} aria-hidden>
        <Icon />
      </span>
      <div className={css.content}>
        <header>
          <span className={css.title}>{item.title}</span>
          <Facts item={item} />
          <span className={css.meta}>
            {item.actor?.name ?? "Somebody"} ·{" "}
            <time dateTime={item.at} title={formatMoment(item.at)}>
              {formatAge(item.at)}
            </time>
          </span>
        </header>
        {item.body && <p className={css.body}>{item.body}</p>}
        {item.kind === "change" && <FieldChanges fields={item.data.fields ?? null} />}
      </div>
    </article>
  );
}

function Facts({ item }: { item: TimelineItem }) {
  const { direction, outcome, duration_minutes: minutes, status, due_at: due, reasons } = item.data;
  return (
    <>
      {item.kind !== "note" &&
        item.kind !== "change" &&
        item.kind !== "feedback" &&
        item.kind !== "comment" &&
        item.title !== formatChoice(item.kind) && <Badge>{kindName(item.kind)}</Badge>}
      {isText(direction) && (
        <Badge tone={direction === "inbound" ? "violet" : "neutral"}>{direction === "inbound" ? "In" : "Out"}</Badge>
      )}
      {isText(outcome) && <Outcome text={outcome} />}
      {item.kind === "task" && isText(status) && <Badge tone={toneOf(status)}>{formatChoice(status)}</Badge>}
      {item.kind === "task" && isText(due) && <span className={css.fact}>due {formatDate(due)}</span>}
      {typeof minutes === "number" && <span className={css.fact}>{minutes} min</span>}
      {Array.isArray(reasons) &&
        reasons.filter(isText).map((reason) => <Badge key={reason}>{formatChoice(reason)}</Badge>)}
    </>
  );
}

/** What came of it; the reason behind a colon is a sentence, and no badge holds one. */
function Outcome({ text }: { text: string }) {
  const [word = text, ...reason] = text.split(": ");
  return (
    <>
      <Badge tone={outcomeTone(text)}>{formatChoice(word)}</Badge>
      {reason.length > 0 && <span className={css.fact}>{reason.join(": ")}</span>}
    </>
  );
}

function kindName(kind: TimelineKind): string {
  return kind === "email" ? "E-mail" : kind === "sms" ? "Text" : formatChoice(kind);
}

function isText(value: FieldValue | undefined): value is string {
  return typeof value === "string" && value !== "";
}

function dayOf(at: string): string {
  return at === "" ? "" : new Date(at).toDateString();
}

function dayName(at: string): string {
  const today = new Date();
  const yesterday = new Date(today.getTime() - 86_400_000);
  if (dayOf(at) === today.toDateString()) return "Today";
  return dayOf(at) === yesterday.toDateString() ? "Yesterday" : formatDate(at);
}
