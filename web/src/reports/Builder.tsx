import {
  DndContext,
  DragOverlay,
  type CollisionDetection,
  type DragEndEvent,
  PointerSensor,
  pointerWithin,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import { ListPlus } from "lucide-react";
import { useEffect, useMemo, useReducer, useState } from "react";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import css from "./Builder.module.css";
import { BuilderHeader } from "./BuilderHeader.tsx";
import { forgetDraft, keepDraft, keptDraft } from "./draft.ts";
import { conditionsOf } from "./conditions.ts";
import { move, type Place, placeOf, put, type Shelf, withoutBroken } from "./edit.ts";
import { FieldTree } from "./FieldTree.tsx";
import { edited, opened as openedState } from "./history.ts";
import { brokenParts, type Model } from "./model.ts";
import { Preview } from "./Preview.tsx";
import type { OpenedReport } from "./saved.ts";
import { Shelves } from "./Shelves.tsx";
import shelfCss from "./Shelves.module.css";
import { type ReportSpec, sameReport } from "./spec.ts";
import type { PaletteItem } from "./tree.ts";

const DRAG_STARTS_PX = 5;

interface Dragged {
  item?: PaletteItem;
  from?: Place;
  label?: string;
}

/** Edits one report: fields on the left, shelves above, the live result below. */
export function Builder({ name, opened, model }: { name: string; opened: OpenedReport; model: Model }) {
  const [{ past, spec, future }, dispatch] = useReducer(edited, opened.spec, (saved) =>
    openedState(keptDraft(name) ?? saved),
  );
  const [asOf, setAsOf] = useState("");
  const [dragged, setDragged] = useState<Dragged>();
  const [treeOpen, setTreeOpen] = useState(false);
  const [refused, setRefused] = useState<readonly { pointer: string; message: string }[]>([]);
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: DRAG_STARTS_PX } }));
  const broken = useMemo(() => brokenParts(spec, model), [spec, model]);
  const runnable = useMemo(() => withoutBroken(spec, broken), [spec, broken]);
  const faults = useMemo(() => faultsOf(broken, refused), [broken, refused]);
  const changed = !sameReport(spec, opened.spec);
  const change = (next: ReportSpec) => dispatch({ kind: "change", spec: next });

  // The draft lives in this tab's storage, so that a reload or an expired session loses nothing.
  useEffect(() => {
    if (changed) keepDraft(name, spec);
    else forgetDraft(name);
  }, [name, spec, changed]);

  const add = (item: PaletteItem, shelf: Shelf) => {
    change(
      put(spec, item, { shelf, index: shelf === "filters" ? conditionsOf(spec).length : (spec[shelf] ?? []).length }),
    );
    setTreeOpen(false);
  };
  const drop = ({ active, over }: DragEndEvent) => {
    setDragged(undefined);
    const { item, from } = draggedOf(active.data.current);
    const place = placeData(over?.data.current);
    if (place && item) change(put(spec, item, place));
    if (place && from) change(move(spec, from, place, model));
  };

  return (
    <DndContext
      sensors={sensors}
      collisionDetection={innermost}
      onDragStart={({ active }) => setDragged(draggedOf(active.data.current))}
      onDragCancel={() => setDragged(undefined)}
      onDragEnd={drop}
    >
      <div className={css.builder}>
        <BuilderHeader
          name={name}
          spec={spec}
          runnable={runnable}
          record={opened.record}
          changed={changed}
          asOf={asOf}
          onAsOf={setAsOf}
          onChange={change}
          onRevert={() => dispatch({ kind: "open", spec: opened.spec })}
          undo={past.length > 0 ? () => dispatch({ kind: "undo" }) : undefined}
          redo={future.length > 0 ? () => dispatch({ kind: "redo" }) : undefined}
        />
        <div className={css.body}>
          <aside className={css.side} aria-label="Fields to choose from">
            <FieldTree model={model} onAdd={add} />
          </aside>
          <div className={css.main}>
            <div className={css.addFields}>
              <Button icon={<ListPlus size={16} aria-hidden />} onClick={() => setTreeOpen(true)}>
                Add fields
              </Button>
            </div>
            <Shelves spec={spec} model={model} faults={faults} onChange={change} />
            <Preview
              spec={runnable}
              model={model}
              asOf={asOf}
              broken={broken.size}
              onChange={change}
              onRefused={setRefused}
            />
          </div>
        </div>
      </div>
      <Dialog open={treeOpen} onClose={() => setTreeOpen(false)} title="Add fields" shape="drawer">
        <div className={css.drawer}>
          <FieldTree model={model} onAdd={add} />
        </div>
      </Dialog>
      <DragOverlay dropAnimation={null}>
        {dragged && <span className={shelfCss.overlay}>{dragged.item?.label ?? dragged.label}</span>}
      </DragOverlay>
    </DndContext>
  );
}

/** A pill under the pointer counts before the shelf that it stands on. */
const innermost: CollisionDetection = (argument) => {
  const hits = pointerWithin(argument);
  const pill = hits.find(({ id }) => String(id).startsWith("before:"));
  return pill ? [pill] : hits;
};

function draggedOf(data: Dragged | undefined): Dragged {
  return data ?? {};
}

function placeData(data: { place?: Place } | undefined): Place | undefined {
  return data?.place;
}

function faultsOf(
  broken: ReadonlyMap<string, string>,
  refused: readonly { pointer: string; message: string }[],
): Map<string, string> {
  const faults = new Map<string, string>();
  const note = (pointer: string, message: string) => {
    const place = placeOf(pointer);
    if (place) faults.set(`${place.shelf}/${place.index}`, message);
  };
  for (const [pointer, message] of broken) note(pointer, message);
  // With broken parts left out, positions in the server's answer are not those on the shelves.
  if (broken.size === 0) for (const { pointer, message } of refused) note(pointer, message);
  return faults;
}
