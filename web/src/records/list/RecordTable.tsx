import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp, PanelRightOpen } from "lucide-react";
import { type KeyboardEvent, useEffect, useEffectEvent, useRef, useState } from "react";
import { Link, useNavigate } from "react-router";
import { type FieldDef, fieldOf, masked, type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { type CrmRecord, textOf } from "@/api/records.ts";
import { links } from "@/links.ts";
import { IconButton } from "@/ui/Button.tsx";
import { classes } from "@/ui/classes.ts";
import { FieldText, rightAligned } from "../FieldText.tsx";
import { useNarrow } from "@/ui/useNarrow.ts";
import { columnTemplate } from "./columnTemplate.ts";
import css from "./RecordTable.module.css";
import type { Selection } from "./useSelection.ts";
import { type ListView, nextSort, sortKey } from "./view.ts";

const ROW_HEIGHT = 40;
/** Two lines: the title, and what matters most below. */
const NARROW_ROW_HEIGHT = 64;
const NARROW_FIELDS = 3;
/** How many rows before the end the next page is asked for. */
const AHEAD = 30;

export interface RecordTableProps {
  object: ObjectDef;
  view: ListView;
  records: CrmRecord[];
  total: number | null;
  peeked: string | null;
  selection: Selection;
  stale: boolean;
  hasMore: boolean;
  onMore: () => void;
  onSort: (sort: string) => void;
  onPeek: (id: string) => void;
}

/** Rows of a list: only those in view are in the page. */
export function RecordTable(props: RecordTableProps) {
  const { object, view, records, total, hasMore, onMore, onSort } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const navigate = useNavigate();
  const fields = view.columns.map((name) => fieldOf(object, name)).filter((field) => field !== undefined);
  const narrow = useNarrow();
  const rowHeight = narrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT;
  const virtual = useVirtualizer({
    count: records.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    getItemKey: (index) => `${records[index]?.id ?? index} ${rowHeight}`,
  });
  const rows = virtual.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  const askForMore = useEffectEvent(onMore);
  useEffect(() => {
    if (hasMore && last >= records.length - AHEAD) askForMore();
  }, [hasMore, last, records.length]);
  const focusRow = (index: number) => {
    const next = Math.max(0, Math.min(records.length - 1, index));
    setActive(next);
    virtual.scrollToIndex(next);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus());
  };
  const onKeyDown = (event: KeyboardEvent, record: CrmRecord, index: number) => {
    if (event.target !== event.currentTarget) return;
    const keys: Record<string, () => void> = {
      ArrowDown: () => focusRow(index + 1),
      ArrowUp: () => focusRow(index - 1),
      Home: () => focusRow(0),
      End: () => focusRow(records.length - 1),
      Enter: () => void navigate(links.record(object.table, record.id)),
      " ": () => props.onPeek(record.id),
      x: () => props.selection.toggle(index, event.shiftKey),
      Escape: () => (props.peeked ? props.onPeek(props.peeked) : props.selection.clear()),
    };
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };
  const shown = narrow ? fields.slice(0, NARROW_FIELDS + 1) : fields;
  const columns = columnTemplate(fields, object.title);
  return (
    <div ref={scroller} className={classes(css.scroller, props.stale && css.stale)}>
      <div
        role="table"
        aria-label={object.plural_label}
        aria-rowcount={total ?? -1}
        aria-colcount={fields.length + 1}
        className={classes(css.table, narrow && css.narrow, props.selection.some && css.selecting)}
        style={narrow ? undefined : columns}
      >
        <div role="rowgroup" className={css.head}>
          <div role="row" className={css.row}>
            <div role="columnheader" className={css.mark}>
              <Mark
                label={props.selection.all ? "Select none" : "Select every row that is loaded"}
                checked={props.selection.all}
                partly={props.selection.some}
                onChange={props.selection.toggleAll}
              />
            </div>
            {fields.map((field) => (
              <HeaderCell key={field.name} object={object} field={field} sort={view.sort} onSort={onSort} />
            ))}
          </div>
        </div>
        <div role="rowgroup" className={css.body} style={{ height: virtual.getTotalSize() }}>
          {rows.map((row) => {
            const record = records[row.index];
            if (!record) return null;
            return (
              <div
                key={record.id}
                role="row"
                aria-rowindex={row.index + 2}
                data-index={row.index}
                tabIndex={row.index === active ? 0 : -1}
                aria-selected={props.selection.has(record.id)}
                className={classes(
                  css.row,
                  props.selection.has(record.id) && css.selected,
                  record.id === props.peeked && css.peeked,
                )}
                style={{ height: rowHeight, transform: `translateY(${row.start}px)` }}
                onKeyDown={(event) => onKeyDown(event, record, row.index)}
                onFocus={() => setActive(row.index)}
              >
                <div role="cell" className={css.mark}>
                  <Mark
                    label={`Select ${textOf(record, object.title) || "the record"}`}
                    checked={props.selection.has(record.id)}
                    onChange={(shift) => props.selection.toggle(row.index, shift)}
                  />
                </div>
                {shown.map((field) => (
                  <Cell key={field.name} object={object} field={field} record={record} onPeek={props.onPeek} />
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** A tick box that knows whether Shift was held. */
function Mark({
  label,
  checked,
  partly = false,
  onChange,
}: {
  label: string;
  checked: boolean;
  partly?: boolean;
  onChange: (shift: boolean) => void;
}) {
  return (
    <input
      type="checkbox"
      aria-label={label}
      tabIndex={-1}
      checked={checked}
      ref={(box) => {
        if (box) box.indeterminate = partly && !checked;
      }}
      onChange={(event) => onChange(event.nativeEvent instanceof MouseEvent && event.nativeEvent.shiftKey)}
    />
  );
}

function HeaderCell({
  object,
  field,
  sort,
  onSort,
}: {
  object: ObjectDef;
  field: FieldDef;
  sort: string;
  onSort: (sort: string) => void;
}) {
  const sortable = !["json", "long_text"].includes(field.kind.type) && !masked(object, field.name);
  const key = sortKey(useCatalog(), field);
  const direction = sort === key ? "ascending" : sort === `-${key}` ? "descending" : "none";
  return (
    <div role="columnheader" aria-sort={direction} className={classes(css.cell, rightAligned(field) && css.right)}>
      {sortable ? (
        <button type="button" className={css.sort} onClick={() => onSort(nextSort(sort, key))}>
          {field.label}
          {direction === "ascending" && <ArrowUp size={13} aria-hidden />}
          {direction === "descending" && <ArrowDown size={13} aria-hidden />}
        </button>
      ) : (
        field.label
      )}
    </div>
  );
}

function Cell({
  object,
  field,
  record,
  onPeek,
}: {
  object: ObjectDef;
  field: FieldDef;
  record: CrmRecord;
  onPeek: (id: string) => void;
}) {
  if (field.name !== object.title) {
    return (
      <div role="cell" className={classes(css.cell, rightAligned(field) && css.right)}>
        <FieldText object={object} field={field} record={record} inRow />
      </div>
    );
  }
  const given = textOf(record, object.title);
  const title = given || `No ${field.label.toLowerCase()}`;
  return (
    <div role="cell" className={classes(css.cell, css.title, !given && css.untitled)}>
      <Link to={links.record(object.table, record.id)}>{title}</Link>
      <IconButton
        size="s"
        label={`Peek at ${title}`}
        className={css.peek}
        tabIndex={-1}
        onClick={() => onPeek(record.id)}
      >
        <PanelRightOpen aria-hidden />
      </IconButton>
    </div>
  );
}
