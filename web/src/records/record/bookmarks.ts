/** Favourites and following: what a person does with records for themselves. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "@/api/client.ts";
import { keys } from "@/api/keys.ts";
import { queryClient } from "@/api/queryClient.ts";

export interface Bookmarked {
  favourite: boolean;
  following: boolean;
  followers: number;
}

export interface Favourite {
  object: string;
  record_id: string;
  title: string | null;
}

export type Mark = "favourite" | "follow";

/** Tables whose records people mark. */
export const MARKED = new Set(["leads", "contacts", "companies", "deals", "tasks"]);

/** Live changes of other windows of the same person refresh everything below this. */
const TABLE = "bookmarks";

export const favouritesQuery = queryOptions({
  queryKey: [...keys.table(TABLE), "favourites"],
  queryFn: async ({ signal }) => (await request<{ items: Favourite[] }>("/api/favourites", { signal })).items,
});

export function useBookmarked(table: string, id: string) {
  return useQuery({
    queryKey: [...keys.table(TABLE), table, id],
    queryFn: ({ signal }) => request<Bookmarked>(`/api/${table}/${id}/bookmarks`, { signal }),
  });
}

export async function setMark(table: string, id: string, mark: Mark, set: boolean): Promise<void> {
  await request(`/api/${table}/${id}/${mark}`, { method: set ? "PUT" : "DELETE" });
  await queryClient.invalidateQueries({ queryKey: keys.table(TABLE) });
}
