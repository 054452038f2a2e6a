/** Records of any object: list, read and write by table name. */
import { request, requestWithHeaders } from "./client.ts";

export type FieldValue = string | number | boolean | null | FieldValue[] | { [key: string]: FieldValue };

export interface CrmRecord {
  id: string;
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
  version: number;
  [field: string]: FieldValue;
}

export interface Page {
  items: CrmRecord[];
  next: string | null;
  total: number | null;
  /** The total may lack what you have written last. */
  total_approximate?: boolean;
}

/** What a list asks for; filters are in the server's own words (`filter[status][in]`). */
export interface ListRequest {
  q?: string;
  sort?: string;
  limit?: number;
  cursor?: string | null;
  total?: boolean;
  filters?: readonly Filter[];
  /** Conditions that must hold besides the filters. */
  tree?: FilterTree | null;
}

export const OPERATORS = [
  "eq",
  "ne",
  "gt",
  "gte",
  "lt",
  "lte",
  "between",
  "in",
  "not_in",
  "contains",
  "not_contains",
  "starts_with",
  "ends_with",
  "is_null",
  "is_empty",
] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Filter {
  field: string;
  operator: Operator;
  value: string;
}

/** Days relative to today, in the words of the server. */
export type Period =
  | { rel: "today" | "yesterday" | "tomorrow" }
  | { rel: "this"; unit: PeriodUnit }
  | { rel: "last" | "next"; n?: number; unit: PeriodUnit; current?: boolean };
export type PeriodUnit = "day" | "week" | "month" | "quarter" | "year";

export type FilterValue = string | number | boolean | Period | (string | number | Period)[];

/** One comparison; the field may follow links: `company.industry`. */
export interface FilterTest {
  field: string;
  operator: Operator;
  value: FilterValue;
}

/** The JSON form of filters (`filter=...`). */
export type FilterTree = { and: FilterTree[] } | { or: FilterTree[] } | { not: FilterTree } | FilterTest;

export function listParameters(ask: ListRequest): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const { field, operator, value } of ask.filters ?? []) parameters.append(`filter[${field}][${operator}]`, value);
  if (ask.tree) parameters.set("filter", JSON.stringify(ask.tree));
  if (ask.q) parameters.set("q", ask.q);
  if (ask.sort) parameters.set("sort", ask.sort);
  if (ask.limit) parameters.set("limit", String(ask.limit));
  if (ask.cursor) parameters.set("cursor", ask.cursor);
  if (ask.total) parameters.set("total", "true");
  return parameters;
}

export function listRecords(table: string, ask: ListRequest, signal?: AbortSignal): Promise<Page> {
  return request<Page>(`/api/${table}?${listParameters(ask)}`, { signal });
}

export interface FieldValues {
  items: { value: string; count: number }[];
  more: boolean;
}

/** The values that a field of text has, the most frequent first. */
export function fieldValues(
  table: string,
  field: string,
  text: string,
  limit: number,
  signal?: AbortSignal,
): Promise<FieldValues> {
  const parameters = new URLSearchParams({ field, limit: String(limit) });
  if (text) parameters.set(`filter[${field}][contains]`, text);
  return request<FieldValues>(`/api/${table}/values?${parameters}`, { signal });
}

export function readRecord(table: string, id: string, signal?: AbortSignal): Promise<CrmRecord> {
  return request<CrmRecord>(`/api/${table}/${id}`, { signal });
}

export function createRecord(table: string, fields: Record<string, FieldValue>): Promise<CrmRecord> {
  return request<CrmRecord>(`/api/${table}`, { method: "POST", body: fields });
}

/** Changes fields of the version that was read; a newer version on the server answers 412. */
export function updateRecord(
  table: string,
  record: Pick<CrmRecord, "id" | "version">,
  fields: Record<string, FieldValue>,
): Promise<CrmRecord> {
  return request<CrmRecord>(`/api/${table}/${record.id}`, {
    method: "PATCH",
    body: fields,
    headers: { "if-match": etag(record.version) },
  });
}

export async function deleteRecord(table: string, record: Pick<CrmRecord, "id" | "version">): Promise<void> {
  await requestWithHeaders(`/api/${table}/${record.id}`, {
    method: "DELETE",
    headers: { "if-match": etag(record.version) },
  });
}

export function restoreRecord(table: string, id: string): Promise<CrmRecord> {
  return request<CrmRecord>(`/api/${table}/${id}/restore`, { method: "POST" });
}

function etag(version: number): string {
  return `"${version}"`;
}

/** A field as text; empty for anything else. */
export function textOf(record: CrmRecord | undefined, field: string): string {
  const value = record?.[field];
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}
