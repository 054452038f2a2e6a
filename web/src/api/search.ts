/** Search over every object. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { request } from "./client.ts";

/** A piece of a text to highlight, in UTF-16 code units: what `slice` counts. */
export interface Mark {
  start: number;
  end: number;
}

export interface SearchField {
  name: string;
  label: string;
  text: string;
  marks: Mark[];
}

export interface SearchItem {
  id: string;
  title: string;
  marks: Mark[];
  detail: string | null;
  fields: SearchField[];
}

export interface SearchGroup {
  object: string;
  table: string;
  label: string;
  matched: number;
  items: SearchItem[];
}

export interface SearchAnswer {
  query: string;
  lsn: string;
  lag_ms: number;
  elapsed_ms: number;
  groups: SearchGroup[];
}

/** Letters from which on it is worth asking. */
const LEAST_LETTERS = 2;

/** What is found for a text; the answer before stays while the next one is on its way. */
export function searchQuery(text: string, limit: number) {
  const q = text.trimStart();
  return queryOptions({
    queryKey: ["search", q, limit],
    queryFn: ({ signal }) =>
      request<SearchAnswer>(`/api/search?${new URLSearchParams({ q, limit: String(limit) })}`, { signal }),
    enabled: worthAsking(q),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });
}

export function worthAsking(text: string): boolean {
  return text.replace(/^[@#$!"\s]+/, "").trim().length >= LEAST_LETTERS;
}
