/** The report being edited with what it was before: undo and redo. */
import type { ReportSpec } from "./spec.ts";
import { computed, sameReport } from "./spec.ts";

export interface Edited {
  past: readonly ReportSpec[];
  spec: ReportSpec;
  future: readonly ReportSpec[];
}

export type Edit =
  { kind: "change"; spec: ReportSpec } | { kind: "undo" } | { kind: "redo" } | { kind: "open"; spec: ReportSpec };

/** Steps that can be taken back. */
const MOST_STEPS = 100;

export const opened = (spec: ReportSpec): Edited => ({ past: [], spec, future: [] });

export function edited(state: Edited, edit: Edit): Edited {
  const { past, spec, future } = state;
  if (edit.kind === "open") return opened(edit.spec);
  if (edit.kind === "change") {
    if (sameReport(spec, edit.spec)) return state;
    // The letters of a title are one step.
    const before = past.at(-1);
    const typing = before !== undefined && sameNumbers(before, spec) && sameNumbers(spec, edit.spec);
    return { past: typing ? past : [...past, spec].slice(-MOST_STEPS), spec: edit.spec, future: [] };
  }
  if (edit.kind === "undo") {
    const before = past.at(-1);
    return before ? { past: past.slice(0, -1), spec: before, future: [spec, ...future] } : state;
  }
  const [next, ...later] = future;
  return next ? { past: [...past, spec], spec: next, future: later } : state;
}

function sameNumbers(one: ReportSpec, other: ReportSpec): boolean {
  return sameReport(computed(one), computed(other));
}
