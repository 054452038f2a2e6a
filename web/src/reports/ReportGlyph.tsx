import {
  CalendarRange,
  ChartColumn,
  ChartLine,
  CircleX,
  Filter,
  Layers,
  MapPin,
  Package,
  Target,
  Users,
} from "lucide-react";
import css from "./ReportsPage.module.css";

const GLYPHS = [
  [/funnel|conversion|source/, Filter],
  [/lost/, CircleX],
  [/forecast/, Target],
  [/team|owner|activit/, Users],
  [/region/, MapPin],
  [/product/, Package],
  [/time|days/, CalendarRange],
  [/month|week|won/, ChartLine],
  [/stage|pipeline/, Layers],
] as const;

/** A picture for what a report is about, from its name. */
export function ReportGlyph({ name }: { name: string }) {
  const Glyph = GLYPHS.find(([words]) => words.test(name.toLowerCase()))?.[1] ?? ChartColumn;
  return (
    <span className={css.glyph} aria-hidden>
      <Glyph size={17} />
    </span>
  );
}
