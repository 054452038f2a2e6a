import { useDndContext, useDraggable, useDroppable } from "@dnd-kit/core";
import { Columns3, Filter, Rows3, Sigma } from "lucide-react";
import { classes } from "@/ui/classes.ts";
import { type Place, SHELF_LABELS, SHELVES, type Shelf, sortOf } from "./edit.ts";
import { conditionsOf, inWords } from "./conditions.ts";
import type { Model } from "./model.ts";
import { PillMenu } from "./PillMenu.tsx";
import css from "./Shelves.module.css";
import { fieldPath, groupId, type ReportSpec, valueId } from "./spec.ts";

export interface ShelvesProps {
  spec: ReportSpec;
  model: Model;
  /** What is wrong with a pill, by `shelf/index`. */
  faults: ReadonlyMap<string, string>;
  onChange: (spec: ReportSpec) => void;
}

export interface PillFacts {
  label: string;
  detail: string;
  sort: "asc" | "desc" | "none";
  id: string;
}

const ICONS = { rows: Rows3, columns: Columns3, values: Sigma, filters: Filter } as const;
const HINTS: Record<Shelf, string> = {
  rows: "Drag a field here: one row for each of its values",
  columns: "Drag a field here: one column for each",
  values: "Drag a measure here: the numbers",
  filters: "Drag a field here: which records count",
};

/** What the report is made of; every pill can be dragged, and has a menu for the same by keyboard. */
export function Shelves(props: ShelvesProps) {
  return (
    <div className={css.shelves}>
      {SHELVES.map((shelf) => (
        <ShelfRow key={shelf} shelf={shelf} {...props} />
      ))}
    </div>
  );
}

function ShelfRow({ shelf, ...props }: ShelvesProps & { shelf: Shelf }) {
  const pills = pillsOf(shelf, props.spec, props.model);
  const end = useDroppable({ id: `shelf:${shelf}`, data: { place: { shelf, index: pills.length } } });
  const { active } = useDndContext();
  const Icon = ICONS[shelf];
  return (
    <section className={css.shelf} aria-label={SHELF_LABELS[shelf]}>
      <h3 className={css.name}>
        <Icon size={14} aria-hidden />
        {SHELF_LABELS[shelf]}
      </h3>
      <div
        ref={end.setNodeRef}
        className={classes(css.pills, active && css.ready, end.isOver && css.over)}
        data-shelf={shelf}
        data-over={end.isOver}
      >
        {pills.length === 0 && <span className={css.hint}>{HINTS[shelf]}</span>}
        {pills.map((pill, index) => (
          <Pill key={`${pill.id}:${index}`} place={{ shelf, index }} pill={pill} {...props} />
        ))}
      </div>
    </section>
  );
}

function Pill({ place, pill, ...props }: ShelvesProps & { place: Place; pill: PillFacts }) {
  const key = `${place.shelf}/${place.index}`;
  const drag = useDraggable({ id: `pill:${key}`, data: { from: place, label: pill.label } });
  const drop = useDroppable({ id: `before:${key}`, data: { place } });
  const fault = props.faults.get(key);
  return (
    <div ref={drop.setNodeRef} className={classes(css.slot, drop.isOver && css.before)}>
      <div
        ref={drag.setNodeRef}
        onPointerDownCapture={(event) => drag.listeners?.onPointerDown?.(event)}
        className={classes(css.pill, css[place.shelf], fault && css.broken, drag.isDragging && css.dragged)}
      >
        <PillMenu place={place} pill={pill} fault={fault} {...props} />
      </div>
    </div>
  );
}

function pillsOf(shelf: Shelf, spec: ReportSpec, model: Model): PillFacts[] {
  if (shelf === "filters")
    return conditionsOf(spec).map((condition, index) => ({
      id: String(index),
      label: inWords(condition, (path) => model.label(path)),
      detail: "",
      sort: "none",
    }));
  if (shelf === "values")
    return spec.values.map((value) => ({
      id: valueId(value),
      label: model.valueLabel(value),
      detail: value.where ? "filtered" : value.formula ? "formula" : "",
      sort: sortOf(spec, valueId(value)),
    }));
  return (spec[shelf] ?? []).map((group) => ({
    id: groupId(group),
    label: group.label ?? model.label(fieldPath(group)),
    detail: group.grain ?? "",
    sort: sortOf(spec, groupId(group)),
  }));
}
