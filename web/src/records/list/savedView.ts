/** A saved view holds its list's address, so that what can be linked can be saved. */
import type { ObjectDef } from "@/api/catalog.ts";
import type { CrmRecord } from "@/api/records.ts";
import { type ListView, writeView } from "./view.ts";

export const SAVED_VIEWS = "saved_views";

export function definitionOf(object: ObjectDef, view: ListView): { version: number; address: string } {
  return { version: 1, address: writeView(object, view).toString() };
}

export function addressOf(saved: CrmRecord): URLSearchParams {
  const definition = saved.definition;
  const address =
    definition !== null && typeof definition === "object" && !Array.isArray(definition) ? definition.address : "";
  return new URLSearchParams(typeof address === "string" ? address : "");
}
