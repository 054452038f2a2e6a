/** Records that may be the same: found, compared, made one. */
import type { components } from "@/api/__generated__/schema.ts";
import { request } from "@/api/client.ts";
import { type Job, started } from "@/api/jobs.ts";
import type { FieldValue } from "@/api/records.ts";

export type Duplicate = components["schemas"]["Duplicate"];
export type DuplicatePage = components["schemas"]["DuplicatePage"];
export type LinkedCount = components["schemas"]["LinkedCount"];

/** The tables in which people make the same record twice. */
const COMPARED = new Set(["leads", "contacts", "companies"]);
/** Records that become one at once. */
export const MAX_MERGED = 10;

export function compared(table: string): boolean {
  return COMPARED.has(table);
}

export async function findDuplicates(table: string, fields: Record<string, FieldValue>): Promise<Duplicate[]> {
  if (!compared(table)) return [];
  const body = { fields };
  const found = await request<{ items: Duplicate[] }>(`/api/${table}/duplicates/check`, { method: "POST", body });
  return found.items;
}

export function listDuplicates(table: string, signal?: AbortSignal): Promise<DuplicatePage> {
  return request<DuplicatePage>(`/api/${table}/duplicates`, { signal });
}

export function previewMerge(table: string, ids: string[], signal?: AbortSignal): Promise<LinkedCount[]> {
  return request<LinkedCount[]>(`/api/${table}/merge/preview`, { method: "POST", body: { ids }, signal });
}

export interface Merge {
  keep: string;
  merge: string[];
  /** By field, the record whose value stays. */
  take: Record<string, string>;
}

export function mergeRecords(table: string, merge: Merge): Promise<Job> {
  return started(request<Job>(`/api/${table}/merge`, { method: "POST", body: merge }));
}
