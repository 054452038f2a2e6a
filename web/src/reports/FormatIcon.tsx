import { CalendarDays, CaseSensitive, Hash, Percent, Sigma, ToggleLeft } from "lucide-react";
import type { ValueFormat } from "./spec.ts";

/** What kind of value a field holds, at a glance. */
export function FormatIcon({ format, measure = false }: { format: ValueFormat; measure?: boolean }) {
  const Icon = measure ? Sigma : ICONS[format];
  return <Icon size={14} aria-hidden />;
}

const ICONS = {
  text: CaseSensitive,
  bool: ToggleLeft,
  integer: Hash,
  decimal: Hash,
  money: Hash,
  percent: Percent,
  date: CalendarDays,
  date_time: CalendarDays,
} as const;
