/** A filter in words, without names that must be fetched. */
import { fieldOf, type ObjectDef } from "@/api/catalog.ts";
import type { Filter } from "@/api/records.ts";
import { formatChoice, formatDate, formatNumber } from "@/format/format.ts";
import { isPeriod } from "./filterTree.ts";
import { readDay, readList, readPair, writeDay } from "./filterValue.ts";
import { periodLabel } from "./period.ts";
import { operatorLabel } from "./view.ts";

export function filterText(object: ObjectDef, filter: Filter): { field: string; operator: string; value: string } {
  const field = fieldOf(object, filter.field);
  const kind = field?.kind.type;
  const dated = kind === "date" || kind === "date_time";
  const presence = filter.operator === "is_null" || filter.operator === "is_empty";
  const operator = presence && filter.value === "false" ? "is not empty" : operatorLabel(filter.operator, dated);
  return {
    field: field?.label ?? filter.field,
    operator,
    value: presence
      ? ""
      : filter.operator === "between"
        ? readPair(filter.value)
            .map((end) => valueText(kind, writeDay(end)))
            .join(" and ")
        : valueText(kind, filter.value),
  };
}

function valueText(kind: string | undefined, value: string): string {
  switch (kind) {
    case "choice":
      return readList(value).map(formatChoice).join(", ");
    case "date":
    case "date_time": {
      const day = readDay(value);
      return isPeriod(day) ? periodLabel(day) : formatDate(day);
    }
    case "money":
    case "integer":
    case "decimal":
      return formatNumber(value);
    case "bool":
      return value === "true" ? "yes" : "no";
    default:
      return value.startsWith("[") ? readList(value).join(", ") : value;
  }
}
