import { useDraggable } from "@dnd-kit/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { BadgeCheck, ChevronRight, Filter, Plus, Search } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { classes } from "@/ui/classes.ts";
import { IconButton } from "@/ui/Button.tsx";
import { Input } from "@/ui/Field.tsx";
import { Menu, MenuItem, MenuLabel } from "@/ui/Menu.tsx";
import { Tooltip } from "@/ui/Tooltip.tsx";
import { homeShelf, SHELF_LABELS, type Shelf } from "./edit.ts";
import css from "./FieldTree.module.css";
import { FormatIcon } from "./FormatIcon.tsx";
import type { Model } from "./model.ts";
import { type PaletteItem, type TreeGroup, treeLines } from "./tree.ts";

const LINE_PX = 30;

export interface FieldTreeProps {
  model: Model;
  onAdd: (item: PaletteItem, shelf: Shelf) => void;
}

/** Everything that can be put into a report: drag it, press Enter, or choose a shelf. */
export function FieldTree({ model, onAdd }: FieldTreeProps) {
  const [search, setSearch] = useState("");
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(["deal"]));
  const lines = useMemo(() => treeLines(model, open, search), [model, open, search]);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 12,
  });
  const toggle = (path: string) =>
    setOpen((before) =>
      before.has(path) ? new Set([...before].filter((other) => other !== path)) : new Set([...before, path]),
    );
  return (
    <div className={css.tree}>
      <div className={css.search}>
        <Search size={14} aria-hidden />
        <Input
          type="search"
          aria-label="Search fields"
          placeholder="Search fields"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      <div ref={scroller} className={css.scroller}>
        {lines.length === 0 && <p className={css.none}>No field is called that.</p>}
        <ul aria-label="Fields" style={{ height: rows.getTotalSize(), position: "relative" }}>
          {rows.getVirtualItems().map((row) => {
            const line = lines[row.index];
            if (!line) return null;
            return (
              <li
                key={line.key}
                className={css.line}
                style={{ transform: `translateY(${row.start}px)`, paddingLeft: 4 + line.depth * 14 }}
              >
                {line.entry.kind === "group" ? (
                  <GroupLine group={line.entry.group} open={line.entry.open} onToggle={toggle} />
                ) : (
                  <ItemLine id={line.key} item={line.entry.item} onAdd={onAdd} />
                )}
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}

function GroupLine({ group, open, onToggle }: { group: TreeGroup; open: boolean; onToggle: (path: string) => void }) {
  return (
    <button
      type="button"
      className={classes(css.group, group.depth > 0 && css.inner)}
      aria-expanded={open}
      onClick={() => onToggle(group.path)}
    >
      <ChevronRight size={14} className={css.chevron} aria-hidden />
      {group.label}
    </button>
  );
}

function ItemLine({ id, item, onAdd }: { id: string; item: PaletteItem; onAdd: FieldTreeProps["onAdd"] }) {
  const { setNodeRef, listeners, isDragging } = useDraggable({ id: `palette:${id}`, data: { item } });
  const measure = item.kind === "measure";
  const about = [item.path, item.help, measure && item.certified ? "Certified: the same number everywhere." : ""]
    .filter(Boolean)
    .join("\n");
  return (
    <div className={classes(css.item, isDragging && css.dragged)}>
      <Tooltip text={about} side="right">
        <button
          type="button"
          ref={setNodeRef}
          {...listeners}
          className={css.name}
          onClick={() => onAdd(item, homeShelf(item))}
        >
          <FormatIcon format={item.format} measure={measure} />
          <span className={css.label}>{item.label}</span>
          {measure && item.certified && <BadgeCheck size={13} className={css.certified} aria-label="certified" />}
        </button>
      </Tooltip>
      <Menu
        align="start"
        trigger={
          <IconButton label={`Add ${item.label}`} size="s" className={css.add ?? ""}>
            <Plus aria-hidden />
          </IconButton>
        }
      >
        <MenuLabel>{item.label}</MenuLabel>
        {shelvesFor(item).map((shelf) => (
          <MenuItem
            key={shelf}
            icon={shelf === "filters" ? <Filter size={14} aria-hidden /> : <Plus size={14} aria-hidden />}
            onSelect={() => onAdd(item, shelf)}
          >
            {SHELF_LABELS[shelf]}
          </MenuItem>
        ))}
      </Menu>
    </div>
  );
}

function shelvesFor(item: PaletteItem): Shelf[] {
  return item.kind === "measure" ? ["values"] : ["rows", "columns", "values", "filters"];
}
