import type { Period } from "@/api/records.ts";
import { Input, Select } from "@/ui/Field.tsx";
import css from "./FilterEditor.module.css";
import { isPeriod } from "./filterTree.ts";
import { periodLabel, PERIODS } from "./period.ts";

const EXACT = "exact";

/** A day of the calendar, or days that move with today. */
export function DayInput({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | Period;
  onChange: (value: string | Period) => void;
}) {
  const chosen = isPeriod(value) ? periodLabel(value) : EXACT;
  const listed = !isPeriod(value) || PERIODS.some((period) => periodLabel(period) === chosen);
  return (
    <div className={css.day}>
      <Select
        aria-label={`${label}: kind`}
        value={chosen}
        onChange={(event) => {
          const period = PERIODS.find((candidate) => periodLabel(candidate) === event.target.value);
          onChange(period ?? "");
        }}
      >
        <option value={EXACT}>a day…</option>
        {!listed && <option value={chosen}>{chosen}</option>}
        {PERIODS.map((period) => (
          <option key={periodLabel(period)} value={periodLabel(period)}>
            {periodLabel(period)}
          </option>
        ))}
      </Select>
      {!isPeriod(value) && (
        <Input
          type="date"
          aria-label={label}
          value={value.slice(0, 10)}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </div>
  );
}
