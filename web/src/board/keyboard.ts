import type { KeyboardCoordinateGetter } from "@dnd-kit/core";

/** Where in a column a carried card stands: its corner, not to hide the column's name. */
const INSET = { x: 8, y: 48 };

/** Arrow keys carry a card to the column beside it. */
export const toNextColumn: KeyboardCoordinateGetter = (event, { context }) => {
  const step = event.code === "ArrowRight" ? 1 : event.code === "ArrowLeft" ? -1 : 0;
  if (step === 0) return undefined;
  event.preventDefault();
  const columns = [...context.droppableRects]
    .map(([id, rect]) => ({ id, rect }))
    .sort((a, b) => a.rect.left - b.rect.left);
  const over = columns.findIndex(({ id }) => id === context.over?.id);
  const from =
    over >= 0 ? over : columns.findIndex(({ rect }) => rect.left + rect.width > (context.collisionRect?.left ?? 0));
  const target = columns[Math.max(0, Math.min(columns.length - 1, from + step))];
  return target && { x: target.rect.left + INSET.x, y: target.rect.top + INSET.y };
};
