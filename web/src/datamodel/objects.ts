/** Objects that administrators add while everything runs. */
import { queryOptions } from "@tanstack/react-query";
import { request } from "@/api/client.ts";

export interface CustomObject {
  id: string;
  name: string;
  table: string;
  label: string;
  plural_label: string;
  /** How many records there are, those in the bin too. */
  records: number;
}

export interface Labels {
  label: string;
  plural_label: string;
}

const ADDRESS = "/api/catalog/objects";

export const customObjects = queryOptions({
  queryKey: ["custom-objects"],
  queryFn: ({ signal }) => request<{ items: CustomObject[] }>(ADDRESS, { signal }).then(({ items }) => items),
  staleTime: 0,
});

export function addObject(labels: Labels): Promise<CustomObject> {
  return request(ADDRESS, { method: "POST", body: labels });
}

export function changeObject(id: string, labels: Labels): Promise<CustomObject> {
  return request(`${ADDRESS}/${id}`, { method: "PATCH", body: labels });
}

export function readObject(id: string): Promise<CustomObject> {
  return request(`${ADDRESS}/${id}`);
}

/** Deletes an object that has this many records; refused when it has another number by now. */
export function deleteObject(id: string, records: number): Promise<void> {
  return request(`${ADDRESS}/${id}?records=${records}`, { method: "DELETE" });
}
