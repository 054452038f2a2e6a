/** Fields that administrators add to objects while everything runs. */
import { queryOptions } from "@tanstack/react-query";
import { catalogQuery, type FieldKind, type ObjectDef } from "@/api/catalog.ts";
import { request } from "@/api/client.ts";
import { queryClient } from "@/api/queryClient.ts";

export interface CustomField {
  id: string;
  /** Singular name of its object. */
  object: string;
  name: string;
  label: string;
  help: string;
  kind: FieldKind;
  searchable: boolean;
  personal: boolean;
  /** Records that have a value, those in the bin too. */
  values: number;
}

export interface NewField {
  object: string;
  label: string;
  kind: FieldKind;
  help: string;
  searchable?: boolean;
  personal: boolean;
}

export interface FieldChanges {
  label: string;
  help: string;
  personal: boolean;
  options?: string[];
}

const ADDRESS = "/api/catalog/fields";
const KEY = ["custom-fields"] as const;
/** Whose fields administrators may add to: what people keep about their work. */
const WRITERS = ["managers", "reps", "everyone"];

export const customFields = queryOptions({
  queryKey: KEY,
  queryFn: ({ signal }) => request<{ items: CustomField[] }>(ADDRESS, { signal }).then(({ items }) => items),
  // Counts are shown before something is deleted.
  staleTime: 0,
});

export function extensible(object: ObjectDef): boolean {
  return WRITERS.includes(object.writers);
}

export function addField(field: NewField): Promise<CustomField> {
  return request(ADDRESS, { method: "POST", body: field });
}

export function changeField(id: string, changes: FieldChanges): Promise<CustomField> {
  return request(`${ADDRESS}/${id}`, { method: "PATCH", body: changes });
}

export function readField(id: string): Promise<CustomField> {
  return request(`${ADDRESS}/${id}`);
}

/** Deletes a field that has this many values; refused when it has another number by now. */
export function deleteField(id: string, values: number): Promise<void> {
  return request(`${ADDRESS}/${id}?values=${values}`, { method: "DELETE" });
}

/** Everything that is made from the catalogue is made anew: lists, forms, reports, SQL. */
export async function refreshDataModel(): Promise<void> {
  const made = [catalogQuery.queryKey, KEY, ["custom-objects"], ["model"], ["sql-schema"], ["records"]];
  await Promise.all(made.map((queryKey) => queryClient.invalidateQueries({ queryKey })));
}
