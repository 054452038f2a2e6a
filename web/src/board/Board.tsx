import {
  type Announcements,
  closestCorners,
  DndContext,
  type DragEndEvent,
  DragOverlay,
  type DragStartEvent,
  KeyboardSensor,
  MouseSensor,
  TouchSensor,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import { useState } from "react";
import { type CrmRecord, textOf } from "@/api/records.ts";
import css from "./Board.module.css";
import { Column } from "./Column.tsx";
import { CardFace } from "./DealCard.tsx";
import { toNextColumn } from "./keyboard.ts";
import type { Stage } from "./stages.ts";

export interface BoardProps {
  stages: Stage[];
  deals: CrmRecord[];
  /** Why nothing can be moved; undefined when it can. */
  reason: string | undefined;
  onMove: (deal: CrmRecord, stage: Stage) => void;
}

const MOUSE_DISTANCE_PX = 5;
const TOUCH_DELAY_MS = 220;
const TOUCH_TOLERANCE_PX = 8;

/** Columns of deals. A card is dragged, or moved with Space and the arrow keys. */
export function Board({ stages, deals, reason, onMove }: BoardProps) {
  const [dragged, setDragged] = useState<CrmRecord | null>(null);
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: MOUSE_DISTANCE_PX } }),
    useSensor(TouchSensor, { activationConstraint: { delay: TOUCH_DELAY_MS, tolerance: TOUCH_TOLERANCE_PX } }),
    useSensor(KeyboardSensor, {
      coordinateGetter: toNextColumn,
      keyboardCodes: { start: ["Space"], cancel: ["Escape"], end: ["Space", "Enter"] },
    }),
  );
  const dealOf = (id: unknown) => deals.find((deal) => deal.id === id);
  const stageOf = (id: unknown) => stages.find((stage) => stage.id === id);
  const start = ({ active }: DragStartEvent) => setDragged(dealOf(active.id) ?? null);
  const end = ({ active, over }: DragEndEvent) => {
    setDragged(null);
    const deal = dealOf(active.id);
    const stage = stageOf(over?.id);
    if (deal && stage) onMove(deal, stage);
  };
  const name = (id: unknown) => textOf(dealOf(id), "name");
  const announcements: Announcements = {
    onDragStart: ({ active }) =>
      `Picked up ${name(active.id)}. Use the left and right arrow keys to choose a stage, Space to drop, Escape to put it back.`,
    onDragOver: ({ active, over }) =>
      over ? `${name(active.id)} is over ${stageOf(over.id)?.name ?? ""}.` : `${name(active.id)} is over no stage.`,
    onDragEnd: ({ active, over }) =>
      over ? `${name(active.id)} dropped on ${stageOf(over.id)?.name ?? ""}.` : `${name(active.id)} put back.`,
    onDragCancel: ({ active }) => `${name(active.id)} put back.`,
  };
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={closestCorners}
      accessibility={{
        announcements,
        screenReaderInstructions: {
          draggable: "Press Space to pick the deal up, arrow keys to choose a stage, Space to drop it.",
        },
      }}
      onDragStart={start}
      onDragEnd={end}
      onDragCancel={() => setDragged(null)}
    >
      <div className={css.board}>
        {stages.map((stage) => (
          <Column
            key={stage.id}
            stage={stage}
            deals={deals.filter((deal) => deal.stage_id === stage.id)}
            reason={reason}
            dragging={dragged !== null}
          />
        ))}
      </div>
      <DragOverlay dropAnimation={null}>{dragged && <CardFace deal={dragged} lifted />}</DragOverlay>
    </DndContext>
  );
}
