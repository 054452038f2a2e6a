/** Ready reports come with the product; saved ones are records with a specification. */
import { queryOptions } from "@tanstack/react-query";
import { request } from "@/api/client.ts";
import { keys } from "@/api/keys.ts";
import { type CrmRecord, listRecords, readRecord } from "@/api/records.ts";
import { session } from "@/api/session.ts";
import { emptyReport, readsAsReport, type ReportSpec } from "./spec.ts";

export interface ReadyReport {
  name: string;
  title: string;
  description: string;
}

export const readyQuery = queryOptions({
  queryKey: ["reports-ready"],
  queryFn: async ({ signal }) => (await request<{ items: ReadyReport[] }>("/api/reports", { signal })).items,
  staleTime: Number.POSITIVE_INFINITY,
});

export const SAVED = "saved_reports";
const MOST_SAVED = 200;

export const savedQuery = queryOptions({
  queryKey: keys.list(SAVED, { all: true }),
  queryFn: async ({ signal }) => (await listRecords(SAVED, { sort: "-updated_at", limit: MOST_SAVED }, signal)).items,
});

/** What is opened: a specification, and the record that it is saved in. */
export interface OpenedReport {
  spec: ReportSpec;
  record: CrmRecord | null;
}

export function openedQuery(name: string | undefined) {
  return queryOptions({
    queryKey: name && isId(name) ? [...keys.record(SAVED, name), "opened"] : ["report", name ?? "new"],
    queryFn: async ({ signal }): Promise<OpenedReport> => {
      if (!name) return { spec: emptyReport(), record: null };
      if (!isId(name))
        return {
          spec: await request<ReportSpec>(`/api/reports/${encodeURIComponent(name)}`, { signal }),
          record: null,
        };
      const record = await readRecord(SAVED, name, signal);
      return { spec: specOf(record), record };
    },
    staleTime: 0,
  });
}

export function specOf(record: CrmRecord): ReportSpec {
  const { definition } = record;
  const spec: unknown = typeof definition === "string" ? JSON.parse(definition) : definition;
  if (!readsAsReport(spec))
    throw new Error(`“${String(record.name)}” is saved in a form that this version does not know.`);
  return { ...spec, title: String(record.name ?? spec.title ?? ""), description: String(record.description ?? "") };
}

export function isId(name: string): boolean {
  return /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(name);
}

/** Personal records are changed by their owner and by administrators. */
export function mayChange(record: CrmRecord | null): boolean {
  const user = session()?.user;
  return record !== null && user !== undefined && (record.owner_id === user.id || user.role === "admin");
}
