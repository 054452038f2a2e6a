/** How numbers, money, dates and words are shown; nothing else formats them. */
import type { FieldValue } from "@/api/records.ts";

const LOCALE = "en-GB";
const numbers = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 });
const compactNumbers = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const days = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", year: "numeric" });
const thisYearsDays = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short" });
const months = new Intl.DateTimeFormat(LOCALE, { month: "short", year: "numeric" });
const moments = new Intl.DateTimeFormat(LOCALE, {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});
const times = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

export function formatNumber(value: number | string): string {
  const number = Number(value);
  return Number.isFinite(number) ? numbers.format(number) : String(value);
}

/** `12 400` as `12.4K`. */
export function formatCompact(value: number | string): string {
  const number = Number(value);
  return Number.isFinite(number) ? compactNumbers.format(number) : String(value);
}

/** Exact amounts arrive as decimal text; cents are left out where there are none. */
export function formatMoney(value: number | string, currency = "USD"): string {
  const number = Number(value);
  if (!Number.isFinite(number)) return String(value);
  const digits = Number.isInteger(number) ? 0 : 2;
  return moneyFormat(currency, digits).format(number);
}

/** `$1.2M`, for headings of columns. */
export function formatMoneyCompact(value: number, currency = "USD"): string {
  return moneyFormat(currency, 1, "compact").format(value);
}

export function formatPercent(value: number | string): string {
  return `${numbers.format(Number(value))}%`;
}

export function formatDate(value: string): string {
  const date = new Date(/^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T12:00:00` : value);
  return Number.isNaN(date.getTime()) ? value : days.format(date);
}

/** `Dec 2025`, for a month that is told by its first day. */
export function formatMonth(value: string): string {
  const date = new Date(`${value.slice(0, 10)}T12:00:00`);
  return Number.isNaN(date.getTime()) ? value : months.format(date);
}

export function formatMoment(value: string): string {
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? value : moments.format(date);
}

export function formatTime(value: string): string {
  return times.format(new Date(value));
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["minute", 60],
  ["hour", 3_600],
  ["day", 86_400],
];

/** `3 hr. ago`; dates older than a month as dates. */
export function formatAge(value: string, now = Date.now()): string {
  const seconds = (Date.parse(value) - now) / 1_000;
  const size = Math.abs(seconds);
  if (Number.isNaN(size)) return value;
  if (size < 45) return "just now";
  if (size > 30 * 86_400) return formatDay(value, now);
  const [unit, length] = STEPS.findLast(([, length]) => size >= length) ?? ["minute", 60];
  return relative.format(Math.round(seconds / length), unit);
}

/** A day without the year when it is this year's. */
export function formatDay(value: string, now = Date.now()): string {
  const date = new Date(/^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T12:00:00` : value);
  if (Number.isNaN(date.getTime())) return value;
  return (date.getFullYear() === new Date(now).getFullYear() ? thisYearsDays : days).format(date);
}

/** Words that are not written as they are stored. */
const SPELLINGS: Record<string, string> = { email: "E-mail", sms: "SMS" };

/** `former_customer` as `Former customer`. */
export function formatChoice(value: string): string {
  const spelling = SPELLINGS[value];
  if (spelling) return spelling;
  const words = value.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** JSON in a cell: lists of words as words, everything else as JSON. */
export function formatJson(value: FieldValue): string {
  if (Array.isArray(value) && value.every((part) => typeof part !== "object")) return value.join(", ");
  return JSON.stringify(value);
}

/** `1 deal`, `2 deals`. */
export function formatCount(count: number, one: string, many: string): string {
  return `${numbers.format(count)} ${count === 1 ? one : many}`;
}

function moneyFormat(
  currency: string,
  digits: number,
  notation: "standard" | "compact" = "standard",
): Intl.NumberFormat {
  const code = /^[A-Z]{3}$/.test(currency) ? currency : "USD";
  const minimumFractionDigits = notation === "compact" ? 0 : digits;
  return new Intl.NumberFormat("en", {
    style: "currency",
    currency: code,
    notation,
    minimumFractionDigits,
    maximumFractionDigits: digits,
  });
}

/** `Saturday, 21 November`. */
export function formatToday(now = new Date()): string {
  return new Intl.DateTimeFormat(LOCALE, { weekday: "long", day: "numeric", month: "long" }).format(now);
}

/** A moment as `<input type="datetime-local">` wants it: local, to the minute. */
export function localMoment(iso = new Date().toISOString()): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return "";
  const two = (part: number) => String(part).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** Today as `2026-11-21`, where the reader is: what a date field holds. */
export function isoToday(): string {
  return localMoment().slice(0, 10);
}
