import { formatNumber } from "@/format/format.ts";
import css from "./Bars.module.css";

/** Values as bars beside their names; the numbers stand there too, so that nothing depends on the drawing. */
export function Bars({
  items,
  none,
}: {
  items: readonly { label: string; value: number; note: string }[];
  none: string;
}) {
  if (items.length === 0) return <p className={css.none}>{none}</p>;
  const most = Math.max(...items.map(({ value }) => value), 1);
  return (
    <ul className={css.bars}>
      {items.map(({ label, value, note }) => (
        <li key={label}>
          <span className={css.label}>{label}</span>
          <span className={css.track} aria-hidden>
            <span className={css.bar} style={{ width: `${(value / most) * 100}%` }} />
          </span>
          <span className={css.value} title={note}>
            {formatNumber(value)} <span className="visually-hidden">{note}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
