/** Values of filters as they stand in an address. */
import type { Operator, Period } from "@/api/records.ts";
import { isPeriod } from "./filterTree.ts";

/** A day, or days relative to today, which an address carries as JSON. */
export function readDay(text: string): string | Period {
  if (!text.startsWith("{")) return text;
  const value: unknown = JSON.parse(text);
  return isPeriod(value) ? value : "";
}

export function writeDay(day: string | Period): string {
  return isPeriod(day) ? JSON.stringify(day) : day;
}

/** The two ends of `between`. */
export function readPair(text: string): [string | Period, string | Period] {
  if (text.startsWith("[")) {
    const value: unknown = JSON.parse(text);
    const [low, high]: unknown[] = Array.isArray(value) ? value : [];
    return [isPeriod(low) ? low : String(low ?? ""), isPeriod(high) ? high : String(high ?? "")];
  }
  const [low = "", high = ""] = text.split(",");
  return [low, high];
}

export function writePair(low: string | Period, high: string | Period): string {
  if (low === "" && high === "") return "";
  return isPeriod(low) || isPeriod(high) ? JSON.stringify([low, high]) : `${low},${high}`;
}

/** Whether the filter asks something yet. */
export function complete(operator: Operator, value: string): boolean {
  return operator === "between" ? readPair(value).every((end) => end !== "") : value !== "";
}

/** The values of `in`: by commas, or as JSON where a value has a comma of its own. */
export function readList(text: string): string[] {
  if (text === "") return [];
  if (!text.startsWith("[")) return text.split(",");
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? value.map(String) : [];
}

export function writeList(values: readonly string[]): string {
  const plain = values.every((value) => !value.includes(",") && !value.startsWith("["));
  return plain ? values.join(",") : JSON.stringify(values);
}
