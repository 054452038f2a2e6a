import { ListFilter, Search, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { fieldOf, masked, type ObjectDef, systemFields } from "@/api/catalog.ts";
import type { Filter } from "@/api/records.ts";
import { Button } from "@/ui/Button.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { useTitle } from "../titles.ts";
import css from "./FilterBar.module.css";
import { FilterEditor } from "./FilterEditor.tsx";
import { filterText } from "./filterText.ts";
import { type ListView, operatorsOf } from "./view.ts";

const TYPING_PAUSE_MS = 250;

/** Search words and filters, each edited where it stands. */
export function FilterBar({
  object,
  view,
  change,
}: {
  object: ObjectDef;
  view: ListView;
  change: (part: Partial<ListView>) => void;
}) {
  const replace = (position: number, filter: Filter | null) =>
    change({ filters: view.filters.flatMap((old, index) => (index === position ? (filter ? [filter] : []) : [old])) });
  return (
    <div className={css.bar}>
      <SearchBox
        key={object.table}
        label={`Search ${object.plural_label.toLowerCase()}`}
        value={view.q}
        onChange={(q) => change({ q })}
      />
      {view.filters.map((filter, position) => (
        <FilterChip
          key={`${filter.field} ${filter.operator}`}
          object={object}
          filter={filter}
          onChange={(next) => replace(position, next)}
        />
      ))}
      <AddFilter object={object} onAdd={(filter) => change({ filters: [...view.filters, filter] })} />
      {(view.filters.length > 0 || view.q) && (
        <Button variant="ghost" size="s" onClick={() => change({ filters: [], q: "" })}>
          Clear
        </Button>
      )}
    </div>
  );
}

function SearchBox({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  const [told, setTold] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  if (told !== value) {
    setTold(value);
    setText(value);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (next: string) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChange(next.trim()), TYPING_PAUSE_MS);
  };
  return (
    <label className={css.search}>
      <Search size={14} aria-hidden />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => type(event.target.value)}
      />
    </label>
  );
}

function FilterChip({
  object,
  filter,
  onChange,
}: {
  object: ObjectDef;
  filter: Filter;
  onChange: (filter: Filter | null) => void;
}) {
  const words = filterText(object, filter);
  const field = fieldOf(object, filter.field);
  return (
    <span className={css.chip}>
      <Popover
        label={`Filter ${words.field}`}
        trigger={
          <button type="button" className={css.edit}>
            <span>
              {words.field} {words.operator}
            </span>{" "}
            <b>
              {field?.kind.type === "link" && filter.operator === "in" ? (
                <LinkedTitles objectName={field.kind.object} ids={filter.value} />
              ) : (
                words.value
              )}
            </b>
          </button>
        }
      >
        <FilterEditor object={object} filter={filter} onChange={onChange} />
      </Popover>
      <button
        type="button"
        className={css.remove}
        aria-label={`Remove the filter ${words.field} ${words.operator} ${words.value}`}
        onClick={() => onChange(null)}
      >
        <X size={13} aria-hidden />
      </button>
    </span>
  );
}

function LinkedTitles({ objectName, ids }: { objectName: string; ids: string }) {
  const [first = "", ...others] = ids.split(",");
  const { title } = useTitle(objectName, first);
  return (
    <>
      {title ?? "…"}
      {others.length > 0 && ` +${others.length}`}
    </>
  );
}

function AddFilter({ object, onAdd }: { object: ObjectDef; onAdd: (filter: Filter) => void }) {
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const fields = [...object.fields, ...systemFields].filter((field) => field.kind.type !== "json");
  const toggle = (next: boolean) => {
    setOpen(next);
    setChosen(null);
  };
  const [operator = "is_null"] = chosen ? operatorsOf(object, chosen) : [];
  return (
    <Popover
      label="Add a filter"
      open={open}
      onOpenChange={toggle}
      width={chosen ? 280 : 230}
      trigger={
        <Button variant="ghost" size="s" icon={<ListFilter aria-hidden />}>
          Filter
        </Button>
      }
    >
      {chosen ? (
        <FilterEditor
          object={object}
          filter={{ field: chosen, operator, value: "" }}
          onChange={(filter) => filter && onAdd(filter)}
          onDone={() => toggle(false)}
        />
      ) : (
        <ul className={css.fields}>
          {fields.map((field) => (
            <li key={field.name}>
              <button type="button" disabled={masked(object, field.name)} onClick={() => setChosen(field.name)}>
                {field.label}
                {masked(object, field.name) && " (hidden from your role)"}
              </button>
            </li>
          ))}
        </ul>
      )}
    </Popover>
  );
}
