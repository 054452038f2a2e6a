/** Names of linked records, fetched together: a page of rows asks once per object. */
import { useQuery } from "@tanstack/react-query";
import { type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { queryClient } from "@/api/queryClient.ts";
import { type CrmRecord, listRecords, textOf } from "@/api/records.ts";

const GATHER_MS = 8;
const MAX_PER_REQUEST = 200;
const STALE_MS = 5 * 60_000;

interface Waiting {
  resolve: (title: string | null) => void;
  reject: (reason: unknown) => void;
}

const waiting = new Map<string, Map<string, Waiting[]>>();

/** The title of a linked record; null when it is gone or not visible. */
export function useTitle(objectName: string, id: string | null): { title: string | null; loading: boolean } {
  const object = useCatalog().byName(objectName);
  const query = useQuery({
    queryKey: titleKey(object?.table ?? "", id ?? ""),
    queryFn: () => (object && id ? titleOf(object, id) : null),
    enabled: object !== undefined && id !== null,
    staleTime: STALE_MS,
  });
  return { title: query.data ?? null, loading: query.isLoading };
}

/** Remembers titles that came with whole records. */
export function rememberTitles(object: ObjectDef, records: readonly CrmRecord[]): void {
  for (const record of records)
    queryClient.setQueryData(titleKey(object.table, record.id), textOf(record, object.title));
}

function titleKey(table: string, id: string) {
  return ["titles", table, id] as const;
}

function titleOf(object: ObjectDef, id: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    let ids = waiting.get(object.table);
    if (!ids) {
      ids = new Map();
      waiting.set(object.table, ids);
      setTimeout(() => void fetchWaiting(object), GATHER_MS);
    }
    ids.set(id, [...(ids.get(id) ?? []), { resolve, reject }]);
  });
}

async function fetchWaiting(object: ObjectDef): Promise<void> {
  const ids = [...(waiting.get(object.table) ?? [])];
  waiting.delete(object.table);
  for (let start = 0; start < ids.length; start += MAX_PER_REQUEST) {
    const part = ids.slice(start, start + MAX_PER_REQUEST);
    try {
      const filters = [{ field: "id", operator: "in" as const, value: part.map(([id]) => id).join(",") }];
      const page = await listRecords(object.table, { filters, limit: MAX_PER_REQUEST });
      const titles = new Map(page.items.map((record) => [record.id, textOf(record, object.title)]));
      for (const [id, asked] of part) for (const { resolve } of asked) resolve(titles.get(id) ?? null);
    } catch (thrown) {
      for (const [, asked] of part) for (const { reject } of asked) reject(thrown);
    }
  }
}
