/** Workflow rules as the server keeps them, and what became of each run. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { request } from "@/api/client.ts";
import { keys } from "@/api/keys.ts";
import { type FieldValue, listRecords, readRecord } from "@/api/records.ts";

export const RULES = "workflow_rules";
export const MOST_RULES = 200;
/** Runs that wait are looked at again so soon. */
const LOOK_AGAIN_MS = 2_000;

export type RuleEvent = "created" | "updated" | "saved";

export interface SetFields {
  kind: "set_fields";
  fields: Record<string, FieldValue>;
}

export interface CreateTask {
  kind: "create_task";
  name: string;
  task_kind: string;
  priority: string;
  due_in_days: number;
  /** `record_owner`, `author` or the id of a user. */
  owner: string;
}

export interface Notify {
  kind: "notify";
  /** `record_owner`, `manager` and ids of users. */
  to: string[];
  message: string;
}

export interface AddTags {
  kind: "add_tags";
  tags: string[];
}

export type Action = SetFields | CreateTask | Notify | AddTags;
export type ActionKind = Action["kind"];

export interface RunLine {
  id: string;
  object: string;
  record_id: string;
  title: string | null;
  at: string;
  status: "waiting" | "done" | "failed";
  outcome: string | null;
  error: string | null;
}

export interface RunLog {
  items: RunLine[];
  next: string | null;
}

export const rulesQuery = queryOptions({
  queryKey: keys.list(RULES, { all: true }),
  queryFn: async ({ signal }) => (await listRecords(RULES, { sort: "position,name", limit: MOST_RULES }, signal)).items,
});

export const ruleQuery = (id: string) =>
  queryOptions({ queryKey: keys.record(RULES, id), queryFn: ({ signal }) => readRecord(RULES, id, signal) });

export const runsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.table(RULES), "runs", id] as const,
    queryFn: ({ signal, pageParam }) =>
      request<RunLog>(`/api/${RULES}/${id}/runs${pageParam ? `?${new URLSearchParams({ cursor: pageParam })}` : ""}`, {
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
    staleTime: 0,
    refetchInterval: (query) =>
      query.state.data?.pages.some(({ items }) => items.some(({ status }) => status === "waiting"))
        ? LOOK_AGAIN_MS
        : false,
  });
