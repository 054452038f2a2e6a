import { Grip, MoveDiagonal2, Pencil, Trash2 } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { IconButton } from "@/ui/Button.tsx";
import { classes } from "@/ui/classes.ts";
import { COLUMNS, type TileDefinition } from "./definition.ts";
import css from "./DashboardEditPage.module.css";
import { placed } from "./layout.ts";
import { TileFrame } from "./Tile.tsx";
import tileCss from "./Tile.module.css";
import { TilePreview } from "./TilePreview.tsx";

const ROW_PX = 46;
const GAP_PX = 14;
const STEPS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export interface EditGridProps {
  tiles: TileDefinition[];
  onTiles: (tiles: TileDefinition[]) => void;
  onEdit: (tile: TileDefinition) => void;
  onDelete: (id: string) => void;
}

/** Tiles are moved by their grip and sized by their corner, with the pointer or with arrow keys. */
export function EditGrid({ tiles, onTiles, onEdit, onDelete }: EditGridProps) {
  const grid = useRef<HTMLDivElement>(null);
  const [moving, setMoving] = useState<string>();

  const begin = (event: PointerEvent<HTMLElement>, tile: TileDefinition, what: "move" | "size") => {
    const width = grid.current?.clientWidth ?? 0;
    const column = (width - 48 + GAP_PX) / COLUMNS;
    const { clientX, clientY, pointerId, currentTarget } = event;
    const start = tiles;
    currentTarget.setPointerCapture(pointerId);
    setMoving(tile.id);
    const follow = (next: globalThis.PointerEvent) => {
      const dx = Math.round((next.clientX - clientX) / column);
      const dy = Math.round((next.clientY - clientY) / (ROW_PX + GAP_PX));
      onTiles(
        placed(
          start,
          tile.id,
          what === "move" ? { x: tile.x + dx, y: tile.y + dy } : { w: tile.w + dx, h: tile.h + dy },
        ),
      );
    };
    const end = () => {
      currentTarget.removeEventListener("pointermove", follow);
      setMoving(undefined);
    };
    currentTarget.addEventListener("pointermove", follow);
    currentTarget.addEventListener("pointerup", end, { once: true });
    currentTarget.addEventListener("pointercancel", end, { once: true });
  };
  const press = (event: KeyboardEvent, tile: TileDefinition, what: "move" | "size") => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const [dx, dy] = step;
    onTiles(
      placed(tiles, tile.id, what === "move" ? { x: tile.x + dx, y: tile.y + dy } : { w: tile.w + dx, h: tile.h + dy }),
    );
  };

  return (
    <div ref={grid} className={classes(tileCss.grid, css.editing)}>
      {tiles.map((tile) => (
        <TileFrame
          key={tile.id}
          tile={tile}
          className={classes(css.tile, moving === tile.id && css.moving)}
          after={
            <div className={css.verbs}>
              <button
                type="button"
                className={css.grip}
                aria-label={`Move ${tile.title}; arrow keys move it too`}
                onPointerDown={(event) => begin(event, tile, "move")}
                onKeyDown={(event) => press(event, tile, "move")}
              >
                <Grip size={15} aria-hidden />
              </button>
              <IconButton label={`Change ${tile.title}`} size="s" onClick={() => onEdit(tile)}>
                <Pencil aria-hidden />
              </IconButton>
              <IconButton label={`Remove ${tile.title}`} size="s" onClick={() => onDelete(tile.id)}>
                <Trash2 aria-hidden />
              </IconButton>
            </div>
          }
        >
          <TilePreview tile={tile} />
          <button
            type="button"
            className={css.corner}
            aria-label={`Size of ${tile.title}; arrow keys change it too`}
            onPointerDown={(event) => begin(event, tile, "size")}
            onKeyDown={(event) => press(event, tile, "size")}
          >
            <MoveDiagonal2 size={14} aria-hidden />
          </button>
        </TileFrame>
      ))}
    </div>
  );
}
