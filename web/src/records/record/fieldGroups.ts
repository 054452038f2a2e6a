/** Which fields of a record stand together. */
import type { FieldDef, ObjectDef } from "@/api/catalog.ts";

const ADDRESS = new Set(["street", "city", "region", "postal_code", "country"]);
/** Shown elsewhere on the page, or of no interest to read. */
const SPECIAL = new Set(["tags", "score", "score_tier", "score_reasons", "scored_at", "score_model"]);
/** Known only when it is over. */
const OUTCOME = new Set(["closed_on", "converted_at", "lost_reason"]);
const FURTHER = new Set([
  "external_id",
  "attributes",
  "settings",
  "preferences",
  "social_media",
  "pipeline_id",
  "product_id",
  "engaged_on",
]);

export interface FieldGroup {
  title: string;
  fields: FieldDef[];
}

export function fieldGroups(object: ObjectDef): FieldGroup[] {
  const shown = object.fields.filter((field) => !SPECIAL.has(field.name));
  const groups = [
    {
      title: "Details",
      fields: shown.filter(({ name }) => !ADDRESS.has(name) && !FURTHER.has(name) && !OUTCOME.has(name)),
    },
    { title: "Address", fields: shown.filter((field) => ADDRESS.has(field.name)) },
    { title: "Outcome", fields: shown.filter((field) => OUTCOME.has(field.name)) },
    { title: "More", fields: shown.filter((field) => FURTHER.has(field.name)) },
  ];
  return groups.filter((group) => group.fields.length > 0);
}
