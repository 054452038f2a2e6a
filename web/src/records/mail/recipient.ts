/** Who can be written to, and why not. */
import { masked, type ObjectDef } from "@/api/catalog.ts";
import { type CrmRecord, textOf } from "@/api/records.ts";
import { formatNumber } from "@/format/format.ts";
import { createReason } from "../permissions.ts";

/** Tables of the people to whom mails go. */
export const WRITTEN_TO = new Set(["leads", "contacts"]);

/** So many mails the server takes on at once. */
export const MOST_AT_ONCE = 10_000;

/** Why the person cannot be written to; undefined when they can. A mail is an activity of its sender. */
export function writeReason(
  object: ObjectDef,
  record: CrmRecord,
  activities: ObjectDef | undefined,
): string | undefined {
  const one = object.label.toLowerCase();
  const reason = roleReason(object, activities);
  if (reason !== undefined) return reason;
  if (record.deleted_at !== null) return `This ${one} was deleted; bring it back first.`;
  return textOf(record, "email") === "" ? `This ${one} has no e-mail address; add one first.` : undefined;
}

/** Why so many cannot be written to at once; undefined when they can. */
export function writeToManyReason(
  object: ObjectDef,
  count: number,
  activities: ObjectDef | undefined,
): string | undefined {
  const many = `${formatNumber(MOST_AT_ONCE)} ${object.plural_label.toLowerCase()}`;
  const tooMany = count > MOST_AT_ONCE ? `At most ${many} are written to at once; narrow the filter.` : undefined;
  return roleReason(object, activities) ?? tooMany;
}

/** Whether the person wants no mass mail; they can still be written to in a matter of their own. */
export function consentWithdrawn(record: CrmRecord): boolean {
  return textOf(record, "marketing_consent") === "withdrawn";
}

function roleReason(object: ObjectDef, activities: ObjectDef | undefined): string | undefined {
  if (!activities) return "Your role does not see activities, and an e-mail is one. Ask an administrator.";
  if (masked(object, "email")) return "Your role does not see e-mail addresses. Ask an administrator.";
  return createReason(activities);
}
