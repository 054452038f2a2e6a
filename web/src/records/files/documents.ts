/** Files attached to records: what the server knows of them, and what can be done. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, answered, request, send } from "@/api/client.ts";
import type { components } from "@/api/__generated__/schema.ts";
import { queryClient } from "@/api/queryClient.ts";

export type Document = components["schemas"]["Document"];
export type DocumentVersion = components["schemas"]["DocumentVersion"];
type DocumentPage = components["schemas"]["DocumentPage"];

export interface DocumentAsk {
  object?: string;
  q?: string;
  deleted?: boolean;
}

const KEY = ["documents"] as const;
const PER_PAGE = 50;

/** Of one record, newest first. */
export function recordDocuments(table: string, id: string) {
  return infiniteQueryOptions({
    queryKey: [...KEY, "record", table, id] as const,
    queryFn: ({ signal, pageParam }) => page(`/api/${table}/${id}/documents`, {}, pageParam, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });
}

/** Of every record that the caller sees, newest first. */
export function allDocuments(ask: DocumentAsk) {
  return infiniteQueryOptions({
    queryKey: [...KEY, "all", ask] as const,
    queryFn: ({ signal, pageParam }) => page("/api/documents", ask, pageParam, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });
}

export function documentVersions(id: string) {
  return queryOptions({
    queryKey: [...KEY, "versions", id] as const,
    queryFn: ({ signal }) =>
      answered(api.GET("/api/documents/{id}/versions", { params: { path: { id } }, signal })).then(
        ({ items }) => items,
      ),
  });
}

export function refreshDocuments(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: KEY });
}

export function changeDocument(
  document: Document,
  changes: components["schemas"]["DocumentChanges"],
): Promise<Document> {
  return request<Document>(`/api/documents/${document.id}`, {
    method: "PATCH",
    body: changes,
    headers: { "if-match": `"${document.version}"` },
  });
}

export function deleteDocument(id: string): Promise<Document> {
  return request<Document>(`/api/documents/${id}`, { method: "DELETE" });
}

export function restoreDocument(id: string): Promise<Document> {
  return request<Document>(`/api/documents/${id}/restore`, { method: "POST" });
}

export function removeVersion(id: string, number: number): Promise<void> {
  return request(`/api/documents/${id}/versions/${number}`, { method: "DELETE" });
}

/** A link that works for an hour without signing in. */
export function linkTo(id: string, number: number): Promise<components["schemas"]["SignedLink"]> {
  return answered(api.POST("/api/documents/{id}/links", { params: { path: { id } }, body: { number } }));
}

/** Has the browser save a version; it streams to disk instead of passing through the page. */
export async function saveDocument(id: string, number: number): Promise<void> {
  const { url } = await linkTo(id, number);
  const anchor = window.document.createElement("a");
  anchor.href = url;
  anchor.click();
}

/** The bytes of a version, for a preview. */
export async function readContent(id: string, number: number, signal: AbortSignal): Promise<Blob> {
  const response = await send(`/api/documents/${id}/content?number=${number}`, { signal });
  return response.blob();
}

function page(path: string, ask: DocumentAsk, cursor: string, signal: AbortSignal): Promise<DocumentPage> {
  const parameters = new URLSearchParams({ limit: String(PER_PAGE) });
  if (ask.object) parameters.set("object", ask.object);
  if (ask.q) parameters.set("q", ask.q);
  if (ask.deleted) parameters.set("deleted", "true");
  if (cursor) parameters.set("cursor", cursor);
  return request<DocumentPage>(`${path}?${parameters}`, { signal });
}
