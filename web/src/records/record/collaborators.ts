/** Collaborators: people who work on a record beside its owner. */
import { useQuery } from "@tanstack/react-query";
import { request } from "@/api/client.ts";
import { keys } from "@/api/keys.ts";
import { queryClient } from "@/api/queryClient.ts";

export type Access = "read" | "write";

export interface Collaborator {
  user_id: string;
  name: string | null;
  access: Access;
}

/** Tables whose records several people work on. */
export const SHARED = new Set(["leads", "contacts", "companies", "deals"]);

const keyOf = (table: string, id: string) => [...keys.record(table, id), "collaborators"] as const;

export function useCollaborators(table: string, id: string) {
  return useQuery({
    queryKey: keyOf(table, id),
    queryFn: async ({ signal }) =>
      (await request<{ items: Collaborator[] }>(`/api/${table}/${id}/collaborators`, { signal })).items,
  });
}

export async function setCollaborator(table: string, id: string, person: string, access: Access): Promise<void> {
  await request(`/api/${table}/${id}/collaborators/${person}`, { method: "PUT", body: { access } });
  await queryClient.invalidateQueries({ queryKey: keyOf(table, id) });
}

export async function removeCollaborator(table: string, id: string, person: string): Promise<void> {
  await request(`/api/${table}/${id}/collaborators/${person}`, { method: "DELETE" });
  await queryClient.invalidateQueries({ queryKey: keyOf(table, id) });
}
