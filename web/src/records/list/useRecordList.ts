import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { fieldOf, type ObjectDef } from "@/api/catalog.ts";
import { keys } from "@/api/keys.ts";
import { type CrmRecord, listRecords } from "@/api/records.ts";
import type { ListView } from "./view.ts";

const PAGE_SIZE = 100;
const firstPage = (): string | null => null;

/** The rows of a view, page after page by key; the first page brings the count. */
export function useRecordList(object: ObjectDef, view: ListView) {
  const sort = view.sort || usualOrder(object);
  const ask = { q: view.q, sort, filters: view.filters, tree: view.tree, limit: PAGE_SIZE };
  const query = useInfiniteQuery({
    queryKey: keys.list(object.table, ask),
    queryFn: ({ pageParam, signal }) =>
      listRecords(object.table, { ...ask, cursor: pageParam, total: pageParam === null }, signal),
    initialPageParam: firstPage(),
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
  const pages = query.data?.pages;
  const records = useMemo<CrmRecord[]>(() => pages?.flatMap((page) => page.items) ?? [], [pages]);
  const first = pages?.[0];
  return { ...query, records, total: first?.total ?? null, approximate: first?.total_approximate === true };
}

/** What has a place among its like, as stages have, stands in that order; everything else newest first. */
function usualOrder(object: ObjectDef): string {
  return fieldOf(object, "position") ? "position" : "";
}
