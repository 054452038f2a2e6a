/** A filter in words, without names that must be fetched. */
import { fieldOf, type ObjectDef } from "@/api/catalog.ts";
import type { Filter } from "@/api/records.ts";
import { formatChoice, formatDate, formatNumber } from "@/format/format.ts";
import { operatorLabel } from "./view.ts";

export function filterText(object: ObjectDef, filter: Filter): { field: string; operator: string; value: string } {
  const field = fieldOf(object, filter.field);
  const kind = field?.kind.type;
  const dated = kind === "date" || kind === "date_time";
  const operator =
    filter.operator === "is_null" && filter.value === "false" ? "is not empty" : operatorLabel(filter.operator, dated);
  return {
    field: field?.label ?? filter.field,
    operator,
    value: filter.operator === "is_null" ? "" : valueText(kind, filter.value),
  };
}

function valueText(kind: string | undefined, value: string): string {
  switch (kind) {
    case "choice":
      return value.split(",").map(formatChoice).join(", ");
    case "date":
    case "date_time":
      return formatDate(value);
    case "money":
    case "integer":
    case "decimal":
      return formatNumber(value);
    case "bool":
      return value === "true" ? "yes" : "no";
    default:
      return value;
  }
}
