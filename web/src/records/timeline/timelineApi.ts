import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { request } from "@/api/client.ts";
import { keys } from "@/api/keys.ts";
import type { FieldValue } from "@/api/records.ts";

export type TimelineKind =
  "email" | "call" | "meeting" | "sms" | "demo" | "note" | "task" | "change" | "feedback" | "comment";

export interface TimelineItem {
  kind: TimelineKind;
  id: string;
  at: string;
  actor: { id: string | null; name: string | null } | null;
  title: string;
  body: string | null;
  data: Record<string, FieldValue>;
}

interface TimelinePage {
  items: TimelineItem[];
  next: string | null;
}

/** What came of a mail that was just sent is asked for this often… */
const FOLLOW_MS = 3_000;
/** …and this long: live changes name the activity, not whose timeline it is on. */
const FOLLOWED_MS = 60_000;

/** Objects that have a timeline. */
export const WITH_TIMELINE = new Set(["leads", "contacts", "companies", "deals"]);

export function useTimeline(table: string, id: string, kinds: string) {
  return useInfiniteQuery({
    queryKey: keys.timeline(table, id, kinds),
    queryFn: ({ pageParam, signal }) => {
      const parameters = new URLSearchParams();
      if (kinds) parameters.set("kinds", kinds);
      if (pageParam) parameters.set("cursor", pageParam);
      return request<TimelinePage>(`/api/${table}/${id}/timeline?${parameters}`, { signal });
    },
    initialPageParam: firstPage(),
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.pages[0]?.items.some(onItsWay) ? FOLLOW_MS : false),
  });
}

function onItsWay({ kind, at, data }: TimelineItem): boolean {
  const sent = kind === "email" && data.direction === "outbound";
  return sent && (data.outcome ?? null) === null && Date.now() - Date.parse(at) < FOLLOWED_MS;
}

function firstPage(): string | null {
  return null;
}
