/** Values of reports, by the format that the server names. */
import { formatChoice, formatDate, formatMoment } from "./format.ts";

const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const decimal = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 2 });
const money = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const percent = new Intl.NumberFormat("en-GB", {
  style: "percent",
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const months = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });

const NUMBERS: Record<string, Intl.NumberFormat> = { integer: whole, decimal, money, percent };

export type CellValue = string | number | boolean | null | undefined;

export function isNumberFormat(format: string): boolean {
  return format in NUMBERS;
}

/** A value as text; what is missing is a dash. `grain` is the period that a date stands for. */
export function formatCell(value: CellValue, format: string, grain?: string): string {
  if (value === null || value === undefined || value === "") return "–";
  const numbers = NUMBERS[format];
  if (numbers) return Number.isFinite(Number(value)) ? numbers.format(Number(value)) : String(value);
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (format === "date") return formatPeriod(String(value), grain);
  if (format === "date_time")
    return grain ? formatPeriod(String(value).slice(0, 10), grain) : formatMoment(String(value));
  return format === "choice" ? formatChoice(String(value)) : String(value);
}

/** The first day of a period as the period's name: `Mar 2026`, `Q1 2026`. */
function formatPeriod(day: string, grain: string | undefined): string {
  const date = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return day;
  if (grain === "year") return String(date.getUTCFullYear());
  if (grain === "quarter") return `Q${Math.floor(date.getUTCMonth() / 3) + 1} ${date.getUTCFullYear()}`;
  if (grain === "month") return months.format(date);
  return formatDate(day);
}
