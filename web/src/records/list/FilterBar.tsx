import { ListFilter, ListTree, X } from "lucide-react";
import { useState } from "react";
import { fieldOf, masked, type ObjectDef, systemFields } from "@/api/catalog.ts";
import type { Filter } from "@/api/records.ts";
import { formatCount } from "@/format/format.ts";
import { Button } from "@/ui/Button.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { SearchBox } from "@/ui/SearchBox.tsx";
import { AdvancedFilter } from "./AdvancedFilter.tsx";
import css from "./FilterBar.module.css";
import { FilterEditor } from "./FilterEditor.tsx";
import { filterText } from "./filterText.ts";
import { countTests } from "./filterTree.ts";
import { readList } from "./filterValue.ts";
import { ChosenRecords } from "./ValueInput.tsx";
import { type ListView, operatorsOf } from "./view.ts";

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
  const [building, setBuilding] = useState(false);
  const replace = (position: number, filter: Filter | null) =>
    change({ filters: view.filters.flatMap((old, index) => (index === position ? (filter ? [filter] : []) : [old])) });
  return (
    <div className={css.bar}>
      <div className={css.search}>
        <SearchBox
          key={object.table}
          label={`Search ${object.plural_label.toLowerCase()}`}
          value={view.q}
          onChange={(q) => change({ q: q.trim() })}
        />
      </div>
      {view.filters.map((filter, position) => (
        <FilterChip
          key={`${filter.field} ${filter.operator}`}
          object={object}
          filter={filter}
          onChange={(next) => replace(position, next)}
        />
      ))}
      {view.tree && (
        <span className={css.chip}>
          <button type="button" className={css.edit} onClick={() => setBuilding(true)}>
            Advanced filter <b>{formatCount(countTests(view.tree), "condition", "conditions")}</b>
          </button>
          <button
            type="button"
            className={css.remove}
            aria-label="Remove the advanced filter"
            onClick={() => change({ tree: null })}
          >
            <X size={13} aria-hidden />
          </button>
        </span>
      )}
      <AddFilter
        object={object}
        onAdd={(filter) => change({ filters: [...view.filters, filter] })}
        onAdvanced={() => setBuilding(true)}
      />
      {building && (
        <AdvancedFilter
          object={object}
          tree={view.tree}
          onApply={(tree) => change({ tree })}
          onClose={() => setBuilding(false)}
        />
      )}
      {(view.filters.length > 0 || view.tree || view.q) && (
        <Button variant="ghost" size="s" onClick={() => change({ filters: [], tree: null, q: "" })}>
          Clear
        </Button>
      )}
    </div>
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
              {field?.kind.type === "link" && (filter.operator === "in" || filter.operator === "not_in") ? (
                <ChosenRecords objectName={field.kind.object} ids={readList(filter.value)} />
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

function AddFilter({
  object,
  onAdd,
  onAdvanced,
}: {
  object: ObjectDef;
  onAdd: (filter: Filter) => void;
  onAdvanced: () => void;
}) {
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const fields = [...object.fields, ...systemFields].filter((field) => field.kind.type !== "json");
  const toggle = (next: boolean) => {
    setOpen(next);
    setChosen(null);
  };
  const [operator = "is_empty"] = operatorsOf(chosen ? fieldOf(object, chosen) : undefined);
  const build = () => {
    toggle(false);
    onAdvanced();
  };
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
          <li>
            <button type="button" className={css.advanced} onClick={build}>
              <ListTree size={14} aria-hidden /> Advanced filter…
            </button>
          </li>
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
