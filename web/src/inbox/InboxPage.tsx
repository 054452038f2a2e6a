import { useInfiniteQuery } from "@tanstack/react-query";
import { BellRing, CheckCheck, Settings2 } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { useCatalog } from "@/api/catalog.ts";
import { formatAge, formatCount, formatMoment } from "@/format/format.ts";
import { links } from "@/links.ts";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { Segments } from "@/ui/Segments.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { sayProblem } from "@/ui/toast.tsx";
import css from "./Inbox.module.css";
import { inboxQuery, markRead, type Notification } from "./notifications.ts";
import { PreferencesDialog } from "./PreferencesDialog.tsx";

const VIEWS = [
  { value: "all", label: "All" },
  { value: "unread", label: "Unread" },
] as const;

/** What concerns the person who is signed in, newest first. */
export default function InboxPage() {
  const [view, setView] = useState<"all" | "unread">("all");
  const [choosing, setChoosing] = useState(false);
  const inbox = useInfiniteQuery(inboxQuery(view === "unread"));
  const items = inbox.data?.pages.flatMap((page) => page.items) ?? [];
  const unread = inbox.data?.pages[0]?.unread ?? 0;
  return (
    <>
      <PageHeader
        title="Inbox"
        subtitle={
          unread > 0 ? formatCount(unread, "unread notification", "unread notifications") : "Everything is read."
        }
        actions={
          <>
            <Button icon={<Settings2 aria-hidden />} onClick={() => setChoosing(true)}>
              What you hear of
            </Button>
            <Button
              icon={<CheckCheck aria-hidden />}
              reason={unread === 0 ? "Everything is read." : undefined}
              onClick={() => void read()}
            >
              Mark all read
            </Button>
          </>
        }
      />
      <div className={css.page}>
        <Segments label="Which notifications" value={view} options={VIEWS} onChange={setView} />
        {inbox.error && items.length === 0 && <ProblemState error={inbox.error} onRetry={() => void inbox.refetch()} />}
        {inbox.isLoading && <SkeletonRows count={8} />}
        {inbox.isSuccess && items.length === 0 && (
          <EmptyState icon={<BellRing />} title={view === "unread" ? "Nothing new" : "Nothing yet"}>
            Tasks that are given to you, reminders and changes of your deals show up here as they happen.
          </EmptyState>
        )}
        <ul className={css.list}>
          {items.map((item) => (
            <Line key={item.id} item={item} />
          ))}
        </ul>
        {inbox.hasNextPage && (
          <Button busy={inbox.isFetchingNextPage} onClick={() => void inbox.fetchNextPage()}>
            Show older
          </Button>
        )}
      </div>
      {choosing && <PreferencesDialog onClose={() => setChoosing(false)} />}
    </>
  );
}

function Line({ item }: { item: Notification }) {
  const object = useCatalog().byName(item.object ?? "");
  const unread = item.read_at === null;
  return (
    <li className={css.line} data-unread={unread}>
      <span className={css.dot} aria-hidden />
      {object && item.record_id ? (
        <Link to={links.record(object.table, item.record_id)} onClick={() => unread && void read([item.id])}>
          {item.title}
        </Link>
      ) : (
        <span>{item.title}</span>
      )}
      {unread && <span className="visually-hidden">unread</span>}
      <time dateTime={item.at} title={formatMoment(item.at)}>
        {formatAge(item.at)}
      </time>
      {unread && (
        <Button size="s" variant="ghost" onClick={() => void read([item.id])}>
          Mark read
        </Button>
      )}
    </li>
  );
}

async function read(ids?: string[]): Promise<void> {
  try {
    await markRead(ids);
  } catch (thrown) {
    sayProblem("It is still unread", thrown);
  }
}
