/** What was being edited in this tab, so that a reload loses nothing. */
import { readsAsReport, type ReportSpec } from "./spec.ts";

const key = (name: string) => `leadhouse.report.${name}`;

export function keptDraft(name: string): ReportSpec | undefined {
  try {
    const text = sessionStorage.getItem(key(name));
    const json: unknown = text ? JSON.parse(text) : undefined;
    return readsAsReport(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

export function keepDraft(name: string, spec: ReportSpec): void {
  try {
    sessionStorage.setItem(key(name), JSON.stringify(spec));
  } catch {
    // Storage is off or full: the report lives as long as the tab.
  }
}

export function forgetDraft(name: string): void {
  try {
    sessionStorage.removeItem(key(name));
  } catch {
    // There was nothing kept then.
  }
}
