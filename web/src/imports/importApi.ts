/** Uploading a file, looking into it, and making a job of it. */
import type { components } from "@/api/__generated__/schema.ts";
import { answered, api, request, send } from "@/api/client.ts";
import { type Job, started } from "@/api/jobs.ts";

export type ImportFile = components["schemas"]["ImportFile"];
export type MatchPolicy = components["schemas"]["MatchPolicy"];

/** Where a column goes; nothing for columns that are left out. */
export type ColumnFields = Record<string, string>;

export interface ImportChoice {
  file: string;
  sheet: string | null;
  fields: ColumnFields;
  matchField: string | null;
  policy: MatchPolicy;
}

/** Why rows were refused. */
export interface Cause {
  reason: string;
  rows: number;
  lines: number[];
}

/** What an import did, or would do. */
export interface ImportResult {
  rows: number;
  created: number;
  updated: number;
  skipped: number;
  rejected: number;
  causes: Cause[];
}

export async function uploadFile(table: string, file: File): Promise<ImportFile> {
  const asked = new URLSearchParams({ object: table, name: file.name });
  const headers = { "content-type": "application/octet-stream" };
  const response = await send(`/api/imports/files?${asked}`, { method: "POST", body: file, headers });
  const uploaded: ImportFile = await response.json();
  return uploaded;
}

export function lookInto(table: string, id: string, sheet: string | null, signal?: AbortSignal): Promise<ImportFile> {
  const query = sheet === null ? { object: table } : { object: table, sheet };
  return answered(
    api.GET("/api/imports/files/{id}", { params: { path: { id }, query }, ...(signal ? { signal } : {}) }),
  );
}

export function startImport(table: string, choice: ImportChoice, dryRun: boolean): Promise<Job> {
  const { file, sheet, fields, matchField, policy } = choice;
  const mapping = {
    columns: fields,
    unmapped: "ignore",
    ...(sheet === null ? {} : { source: { sheet } }),
  };
  const body = { file, object: table, mapping, match_field: matchField, policy, dry_run: dryRun };
  return started(request<Job>("/api/imports/jobs", { method: "POST", body }));
}

/** The result of an import job, once there is one. */
export function resultOf(job: Job): ImportResult | null {
  const result: unknown = job.result;
  return isResult(result) ? result : null;
}

function isResult(value: unknown): value is ImportResult {
  return typeof value === "object" && value !== null && "rows" in value && "causes" in value;
}
