import { type CrmRecord, textOf } from "@/api/records.ts";

/** Days in one stage after which a deal counts as stuck, where the stage does not say. */
export const STUCK_DAYS = 14;

const DAY_MS = 86_400_000;

/** Whole days since the deal entered its stage. */
export function daysInStage(deal: CrmRecord, now = Date.now()): number {
  const since = Date.parse(textOf(deal, "stage_entered_at") || deal.created_at);
  return Math.max(0, Math.floor((now - since) / DAY_MS));
}

/** Whether an open deal should have closed already. */
export function overdue(deal: CrmRecord, now = Date.now()): boolean {
  const due = textOf(deal, "expected_close_on");
  return deal.status === "open" && due !== "" && Date.parse(due) + DAY_MS < now;
}
