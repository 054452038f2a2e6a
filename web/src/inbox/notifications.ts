/** What the signed-in person was told, and what they want to be told. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { request } from "@/api/client.ts";
import { keys } from "@/api/keys.ts";
import { queryClient } from "@/api/queryClient.ts";

export interface Notification {
  id: string;
  at: string;
  kind: string;
  title: string;
  object: string | null;
  record_id: string | null;
  actor_name: string | null;
  read_at: string | null;
}

export interface InboxPage {
  items: Notification[];
  next: string | null;
  unread: number;
}

export interface Preference {
  kind: string;
  in_app: boolean;
  mail: "off" | "at_once" | "daily";
}

/** What people are told of, in the words of the settings. */
export const KINDS: Record<string, { label: string; help: string }> = {
  assignment: { label: "Assignments", help: "Somebody gives you a task, a lead, a deal or everything they had." },
  new_lead: { label: "New leads", help: "A lead comes in for you, or for nobody and you are a manager." },
  deal_stage: { label: "Deal stages", help: "Somebody moves a deal of yours." },
  reminder: { label: "Reminders", help: "The moment you set on a task." },
  appointment: { label: "Appointments", help: "A quarter of an hour before a meeting or demo." },
  mention: { label: "Mentions", help: "Somebody writes your name in a comment." },
  followed: { label: "What you follow", help: "A record that you follow changes or is commented on." },
  workflow_rule: { label: "Workflow rules", help: "A workflow rule tells you something." },
};

/** Live changes and writes refresh everything below this. */
const TABLE = "notifications";

export function inboxQuery(unreadOnly: boolean) {
  return infiniteQueryOptions({
    queryKey: [...keys.table(TABLE), "inbox", unreadOnly],
    queryFn: ({ pageParam, signal }) => {
      const parameters = new URLSearchParams(unreadOnly ? { unread: "true" } : {});
      if (pageParam) parameters.set("cursor", pageParam);
      return request<InboxPage>(`/api/notifications?${parameters}`, { signal });
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });
}

export const unreadQuery = queryOptions({
  queryKey: [...keys.table(TABLE), "unread"],
  queryFn: async ({ signal }) => (await request<InboxPage>("/api/notifications?limit=1", { signal })).unread,
});

export const preferencesQuery = queryOptions({
  queryKey: ["notification-preferences"],
  queryFn: async ({ signal }) =>
    (await request<{ items: Preference[] }>("/api/notifications/preferences", { signal })).items,
});

/** Marks these read, or all of them. */
export async function markRead(ids?: string[]): Promise<void> {
  await request("/api/notifications/read", { method: "POST", body: ids ? { ids } : {} });
  await queryClient.invalidateQueries({ queryKey: keys.table(TABLE) });
}

export async function prefer(preference: Preference): Promise<void> {
  const { items } = await request<{ items: Preference[] }>("/api/notifications/preferences", {
    method: "PUT",
    body: { items: [preference] },
  });
  queryClient.setQueryData(preferencesQuery.queryKey, items);
}
