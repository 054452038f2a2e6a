import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp, ChevronDown, Pencil, TriangleAlert, X } from "lucide-react";
import { type ButtonHTMLAttributes, useState } from "react";
import { formatChoice } from "@/format/format.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Field, Input } from "@/ui/Field.tsx";
import { Menu, MenuChoices, MenuItem, MenuLabel, MenuSeparator } from "@/ui/Menu.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { aboutField, conditionsOf } from "./conditions.ts";
import {
  canMove,
  move,
  type Place,
  removeAt,
  setGrain,
  setGroup,
  setSort,
  setValue,
  SHELF_LABELS,
  SHELVES,
} from "./edit.ts";
import { FilterEditor } from "./FilterEditor.tsx";
import type { PillFacts, ShelvesProps } from "./Shelves.tsx";
import css from "./Shelves.module.css";
import { type Aggregate, fieldPath, GRAINS } from "./spec.ts";

export interface PillMenuProps extends ShelvesProps {
  place: Place;
  pill: PillFacts;
  fault: string | undefined;
}

/** A pill's face and what can be done with it. */
export function PillMenu(props: PillMenuProps) {
  return props.place.shelf === "filters" && !props.fault ? <FilterPill {...props} /> : <VerbsPill {...props} />;
}

function Face({
  pill,
  fault,
  ...rest
}: { pill: PillFacts; fault: string | undefined } & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button type="button" className={css.face} {...rest}>
      {fault && <TriangleAlert size={13} aria-label="broken" />}
      <span className={css.text}>{pill.label}</span>
      {pill.detail && <span className={css.detail}>{pill.detail}</span>}
      {pill.sort !== "none" &&
        (pill.sort === "asc" ? (
          <ArrowUp size={12} aria-label="sorted up" />
        ) : (
          <ArrowDown size={12} aria-label="sorted down" />
        ))}
      <ChevronDown size={12} aria-hidden />
    </button>
  );
}

function FilterPill({ place, pill, spec, model, onChange }: PillMenuProps) {
  const [open, setOpen] = useState(false);
  const condition = conditionsOf(spec)[place.index];
  if (!condition || !aboutField(condition))
    return (
      <VerbsPill
        place={place}
        pill={pill}
        spec={spec}
        model={model}
        onChange={onChange}
        fault={undefined}
        faults={NO_FAULTS}
      />
    );
  return (
    <Popover
      label={`Filter ${model.label(fieldPath(condition))}`}
      open={open}
      onOpenChange={setOpen}
      width={320}
      trigger={<Face pill={pill} fault={undefined} />}
    >
      <FilterEditor
        index={place.index}
        condition={condition}
        spec={spec}
        model={model}
        onChange={onChange}
        onClose={() => setOpen(false)}
      />
    </Popover>
  );
}

const NO_FAULTS: ReadonlyMap<string, string> = new Map();

function VerbsPill({ place, pill, fault, spec, model, onChange }: PillMenuProps) {
  const [renaming, setRenaming] = useState(false);
  const [open, setOpen] = useState(false);
  const { shelf, index } = place;
  const value = shelf === "values" ? spec.values[index] : undefined;
  const group = shelf === "rows" || shelf === "columns" ? spec[shelf]?.[index] : undefined;
  const format = group && model.field(fieldPath(group))?.format;
  const dated = format === "date" || format === "date_time";
  const length = shelf === "filters" ? conditionsOf(spec).length : (spec[shelf] ?? []).length;
  const elsewhere = SHELVES.filter((other) => other !== shelf && canMove(spec, place, other));
  return (
    <>
      {/* The menu opens by click: pressing down may begin to drag. */}
      <Menu
        align="start"
        open={open}
        onOpenChange={setOpen}
        trigger={
          <Face
            pill={pill}
            fault={fault}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => setOpen(!open)}
          />
        }
      >
        {fault ? <MenuLabel>{fault}</MenuLabel> : <MenuLabel>{pill.label}</MenuLabel>}
        {dated && (
          <MenuChoices
            value={group?.grain ?? "day"}
            options={GRAINS.map((grain) => ({ value: grain, label: `By ${grain}` }))}
            onChange={(grain) => onChange(setGrain(spec, place, grain))}
          />
        )}
        {value?.field && (
          <MenuChoices
            value={value.agg ?? "sum"}
            options={aggregatesFor(model.field(value.field)?.format)}
            onChange={(agg) => onChange(setValue(spec, index, { agg }))}
          />
        )}
        {(dated || value?.field) && <MenuSeparator />}
        {!fault && shelf !== "columns" && shelf !== "filters" && (
          <>
            <MenuItem
              icon={<ArrowUp size={14} aria-hidden />}
              onSelect={() => onChange(setSort(spec, pill.id, pill.sort === "asc" ? "none" : "asc"))}
            >
              {pill.sort === "asc" ? "Do not sort by it" : "Sort, least first"}
            </MenuItem>
            <MenuItem
              icon={<ArrowDown size={14} aria-hidden />}
              onSelect={() => onChange(setSort(spec, pill.id, pill.sort === "desc" ? "none" : "desc"))}
            >
              {pill.sort === "desc" ? "Do not sort by it" : "Sort, greatest first"}
            </MenuItem>
          </>
        )}
        {shelf !== "filters" && (
          <MenuItem icon={<Pencil size={14} aria-hidden />} onSelect={() => setRenaming(true)}>
            Rename…
          </MenuItem>
        )}
        <MenuSeparator />
        <MenuItem
          icon={<ArrowLeft size={14} aria-hidden />}
          disabled={index === 0}
          onSelect={() => onChange(move(spec, place, { shelf, index: index - 1 }, model))}
        >
          Move left
        </MenuItem>
        <MenuItem
          icon={<ArrowRight size={14} aria-hidden />}
          disabled={index >= length - 1}
          onSelect={() => onChange(move(spec, place, { shelf, index: index + 2 }, model))}
        >
          Move right
        </MenuItem>
        {elsewhere.map((other) => (
          <MenuItem
            key={other}
            onSelect={() =>
              onChange(
                move(
                  spec,
                  place,
                  { shelf: other, index: other === "filters" ? conditionsOf(spec).length : (spec[other] ?? []).length },
                  model,
                ),
              )
            }
          >
            {other === "filters" ? "Filter by it" : `To ${SHELF_LABELS[other].toLowerCase()}`}
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuItem icon={<X size={14} aria-hidden />} danger onSelect={() => onChange(removeAt(spec, place))}>
          Remove
        </MenuItem>
      </Menu>
      <RenameDialog
        open={renaming}
        label={pill.label}
        onClose={() => setRenaming(false)}
        onRename={(label) =>
          onChange(shelf === "values" ? setValue(spec, index, { label }) : setGroup(spec, place, { label }))
        }
      />
    </>
  );
}

function RenameDialog({
  open,
  label,
  onClose,
  onRename,
}: {
  open: boolean;
  label: string;
  onClose: () => void;
  onRename: (label: string) => void;
}) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Rename ${label}`}
      description="The name is shown in this report only."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onRename(String(new FormData(event.currentTarget).get("label") ?? "").trim());
          onClose();
        }}
      >
        <Field label="Name" help="Leave it empty for the usual name.">
          {(control) => <Input {...control} name="label" defaultValue={label} autoFocus maxLength={200} />}
        </Field>
        <div className={css.submit}>
          <Button type="submit" variant="primary">
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const WORDS: Record<Aggregate, string> = {
  sum: "Sum",
  avg: "Average",
  min: "Least",
  max: "Greatest",
  count: "Number of values",
  count_distinct: "Different values",
};

function aggregatesFor(format: string | undefined): { value: Aggregate; label: string }[] {
  const number = format !== undefined && ["integer", "decimal", "money", "percent"].includes(format);
  const fitting: Aggregate[] = number
    ? ["sum", "avg", "min", "max", "count", "count_distinct"]
    : ["count", "count_distinct"];
  return fitting.map((value) => ({ value, label: formatChoice(WORDS[value]) }));
}
