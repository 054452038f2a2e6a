import { Checkbox, Field, Input, Select } from "@/ui/Field.tsx";
import css from "./FilterEditor.module.css";
import { GRAINS, type Literal, type RelativeRange } from "./spec.ts";

const WORDS = ["today", "yesterday", "this", "last", "next"] as const;

/** A range of days relative to the day of the run: this quarter, the last 8 weeks. */
export function RangeInput({ value, onValue }: { value: Literal | undefined; onValue: (value: Literal) => void }) {
  const range = rangeOf(value);
  const unit = "unit" in range ? range.unit : "month";
  const many = range.rel === "last" || range.rel === "next" ? (range.n ?? 1) : 1;
  const current = (range.rel === "last" || range.rel === "next") && range.current === true;
  const set = (rel: string, nextUnit: string, n: number, withCurrent: boolean) => {
    const grain = GRAINS.find((candidate) => candidate === nextUnit) ?? "month";
    if (rel === "today" || rel === "yesterday") onValue({ rel });
    else if (rel === "this") onValue({ rel, unit: grain });
    else onValue({ rel: rel === "next" ? "next" : "last", n, unit: grain, ...(withCurrent ? { current: true } : {}) });
  };
  const counted = range.rel === "last" || range.rel === "next";
  return (
    <>
      <div className={css.pair}>
        <Field label="When">
          {(control) => (
            <Select {...control} value={range.rel} onChange={(event) => set(event.target.value, unit, many, current)}>
              {WORDS.map((word) => (
                <option key={word} value={word}>
                  {word}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {"unit" in range && (
          <Field label="Period">
            {(control) => (
              <Select {...control} value={unit} onChange={(event) => set(range.rel, event.target.value, many, current)}>
                {GRAINS.map((grain) => (
                  <option key={grain} value={grain}>
                    {counted && many > 1 ? `${grain}s` : grain}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
      </div>
      {counted && (
        <>
          <Field label="How many">
            {(control) => (
              <Input
                {...control}
                type="number"
                min={1}
                max={1000}
                value={many}
                onChange={(event) => set(range.rel, unit, Math.max(1, Number(event.target.value)), current)}
              />
            )}
          </Field>
          <Checkbox
            label="With the current one"
            checked={current}
            onChange={(event) => set(range.rel, unit, many, event.target.checked)}
          />
        </>
      )}
    </>
  );
}

function rangeOf(value: Literal | undefined): RelativeRange {
  return typeof value === "object" && !Array.isArray(value) && "rel" in value ? value : { rel: "this", unit: "month" };
}
