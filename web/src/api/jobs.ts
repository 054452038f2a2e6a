/** Jobs: long work in the background, followed live. */
import { queryOptions } from "@tanstack/react-query";
import type { components } from "./__generated__/schema.ts";
import { answered, api, request } from "./client.ts";
import { keys } from "./keys.ts";
import { queryClient } from "./queryClient.ts";
import type { FieldValue } from "./records.ts";

export type Job = components["schemas"]["Job"];
export type JobPage = components["schemas"]["JobPage"];

/** What the event stream tells of a job. */
export interface JobNews {
  id: string;
  state: Job["state"];
  done: number;
  total: number | null;
  problems: number;
}

/** Without live events, jobs that are under way are asked for this often. */
const FOLLOW_MS = 2_000;

export const jobsQuery = queryOptions({
  queryKey: keys.jobs(),
  queryFn: ({ signal }) => answered(api.GET("/api/jobs", { signal })),
  refetchInterval: ({ state }) => (state.data?.items.some(underWay) ? FOLLOW_MS : false),
});

export function underWay(job: Pick<Job, "state">): boolean {
  return job.state === "queued" || job.state === "running";
}

/** Puts news into what is shown; a job that has ended is read again, because only then is it known what came of it. */
export function hearJob(news: JobNews): void {
  const known = queryClient.getQueryData<JobPage>(keys.jobs())?.items.some(({ id }) => id === news.id) ?? false;
  if (!known || !underWay(news)) return void queryClient.invalidateQueries({ queryKey: keys.jobs() });
  queryClient.setQueryData<JobPage>(
    keys.jobs(),
    (page) => page && { ...page, items: page.items.map((job) => (job.id === news.id ? { ...job, ...news } : job)) },
  );
}

/** Which records: some by id, or all of a list on all its pages. */
export type Selected = { ids: string[] } | { query: string; expected_count: number };

export interface BulkChange {
  action: "update" | "delete" | "restore";
  set?: Record<string, FieldValue>;
}

export async function startBulk(table: string, change: BulkChange, selected: Selected): Promise<Job> {
  return started(request<Job>(`/api/${table}/bulk`, { method: "POST", body: { ...change, ...selected } }));
}

export function cancelJob(id: string): Promise<Job> {
  return started(answered(api.POST("/api/jobs/{id}/cancel", { params: { path: { id } } })));
}

export function undoJob(id: string): Promise<Job> {
  return started(answered(api.POST("/api/jobs/{id}/undo", { params: { path: { id } } })));
}

export async function started(asked: Promise<Job>): Promise<Job> {
  const job = await asked;
  // A quick job has ended before the list is read again; who tells of ends must have seen it begin.
  queryClient.setQueryData<JobPage>(
    keys.jobs(),
    (page) => page && { ...page, items: [job, ...page.items.filter(({ id }) => id !== job.id)] },
  );
  await queryClient.invalidateQueries({ queryKey: keys.jobs() });
  return job;
}

export type ExportFormat = components["schemas"]["ExportFormat"];

export interface ExportRequest {
  format: ExportFormat;
  columns: string[];
  query: string;
  ids?: string[];
}

export function startExport(table: string, asked: ExportRequest): Promise<Job> {
  return started(request<Job>(`/api/${table}/export`, { method: "POST", body: asked }));
}

/** The file that a job left, as long as it is kept. */
export function fileOf(job: Job, now = Date.now()): { name: string; until: string } | null {
  const result: unknown = job.result;
  if (typeof result !== "object" || result === null || !("file" in result)) return null;
  const { file } = result;
  if (typeof file !== "object" || file === null || !("name" in file) || !("until" in file)) return null;
  const { name, until } = file;
  if (typeof name !== "string" || typeof until !== "string" || Date.parse(until) <= now) return null;
  return { name, until };
}

/** Lets the browser fetch the file itself, so that it need not fit into the page's memory. */
export async function fetchFile(job: Job): Promise<void> {
  const link = await answered(api.POST("/api/jobs/{id}/link", { params: { path: { id: job.id } } }));
  const anchor = document.createElement("a");
  anchor.href = link.url;
  anchor.download = "";
  anchor.click();
}
