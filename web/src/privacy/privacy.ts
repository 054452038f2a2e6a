/** Requests of people: what is held about them, and to be forgotten; for administrators. */
import { queryOptions } from "@tanstack/react-query";
import type { components } from "@/api/__generated__/schema.ts";
import { answered, api } from "@/api/client.ts";
import { type Job, started } from "@/api/jobs.ts";
import { queryClient } from "@/api/queryClient.ts";
import { keys } from "@/api/keys.ts";

export type Erasure = components["schemas"]["Erasure"];
export type Person = components["schemas"]["Person"];
export type Place = components["schemas"]["Place"];
export type NewErasure = components["schemas"]["NewErasure"];

const KEY = ["privacy", "erasures"] as const;
/** What is being erased is looked at again so soon. */
const LOOK_AGAIN_MS = 1_500;

export function working(erasure: Erasure): boolean {
  return erasure.job_state === "queued" || erasure.job_state === "running";
}

export const erasures = queryOptions({
  queryKey: KEY,
  queryFn: ({ signal }) => answered(api.GET("/api/privacy/erasures", { signal })).then(({ items }) => items),
  refetchInterval: ({ state }) => (state.data?.some(working) ? LOOK_AGAIN_MS : false),
});

export function exportPerson(body: Person): Promise<Job> {
  return started(answered(api.POST("/api/privacy/exports", { body })));
}

export async function askErasure(body: NewErasure): Promise<Erasure> {
  const asked = await answered(api.POST("/api/privacy/erasures", { body }));
  await queryClient.invalidateQueries({ queryKey: KEY });
  return asked;
}

export async function confirmErasure(id: string, name: string): Promise<Erasure> {
  const confirmed = await answered(
    api.POST("/api/privacy/erasures/{id}/confirm", { params: { path: { id } }, body: { name } }),
  );
  await queryClient.invalidateQueries({ queryKey: KEY });
  await queryClient.invalidateQueries({ queryKey: keys.jobs() });
  return confirmed;
}

/** The proof as a file, made in the browser out of what is shown. */
export function saveProof(erasure: Erasure): void {
  const proof = new Blob([JSON.stringify(erasure.proof, null, 2)], { type: "application/json" });
  const anchor = document.createElement("a");
  anchor.href = URL.createObjectURL(proof);
  anchor.download = `erasure-${erasure.id}.json`;
  anchor.click();
  URL.revokeObjectURL(anchor.href);
}
