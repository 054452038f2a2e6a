/** The way of leads as the workspace has it: statuses, what may follow, what each needs. */
import { useQuery } from "@tanstack/react-query";
import { keys } from "@/api/keys.ts";
import { type CrmRecord, type FieldValue, listRecords, textOf } from "@/api/records.ts";

export interface LeadStatus {
  name: string;
  category: string;
  /** Empty means that every status may follow. */
  next: string[] | null;
  required: string[];
  managerOnly: boolean;
}

const MAX_STATUSES = 100;

export function useLeadStatuses() {
  const ask = { sort: "position,name", limit: MAX_STATUSES };
  return useQuery({
    queryKey: keys.list("lead_statuses", ask),
    queryFn: ({ signal }) => listRecords("lead_statuses", ask, signal),
    select: (page) => page.items.map(statusOf),
    staleTime: 5 * 60_000,
  });
}

/** Why a lead cannot move from one status to another; undefined when it can. */
export function stepReason(from: LeadStatus | undefined, to: LeadStatus, manager: boolean): string | undefined {
  if (to.managerOnly && !manager) return "Only a manager may move a lead here.";
  if (!from || from.name === to.name || from.next === null || from.next.includes(to.name)) return undefined;
  return from.next.length === 0
    ? `From ${spoken(from.name)} a lead goes nowhere.`
    : `From ${spoken(from.name)} it may become ${from.next.map(spoken).join(", ")}.`;
}

/** Fields that must be filled in before a lead may stand in the status. */
export function missingFields(record: CrmRecord, status: LeadStatus): string[] {
  return status.required.filter((field) => String(record[field] ?? "").trim() === "");
}

function statusOf(record: CrmRecord): LeadStatus {
  return {
    name: textOf(record, "name"),
    category: textOf(record, "category"),
    next: listOf(record.next_statuses),
    required: listOf(record.required_fields) ?? [],
    managerOnly: record.manager_only === true,
  };
}

function listOf(value: FieldValue | undefined): string[] | null {
  return Array.isArray(value) ? value.filter((name) => typeof name === "string") : null;
}

function spoken(name: string): string {
  return name.replaceAll("_", " ");
}
