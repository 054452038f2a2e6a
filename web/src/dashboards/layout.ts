/** Tiles on the grid: none overlaps another, none floats above a gap. */
import { COLUMNS } from "./definition.ts";

export interface Placed {
  id: string;
  x: number;
  y: number;
  w: number;
  h: number;
}

const LEAST_W = 2;
const LEAST_H = 2;
const MOST_H = 12;

/** Puts one tile at a place of a size; others give way downwards. */
export function placed<T extends Placed>(tiles: readonly T[], id: string, at: Partial<Omit<Placed, "id">>): T[] {
  const changed = tiles.map((tile) => (tile.id === id ? { ...tile, ...within({ ...tile, ...at }) } : tile));
  const first = changed.find((tile) => tile.id === id);
  return first ? settled(changed, first) : changed;
}

/** Where a new tile of this size fits first, reading from the top left. */
export function freePlace(tiles: readonly Placed[], { w, h }: { w: number; h: number }): { x: number; y: number } {
  for (let y = 0; ; y += 1) {
    for (let x = 0; x + w <= COLUMNS; x += 1)
      if (!tiles.some((tile) => overlap(tile, { id: "", x, y, w, h }))) return { x, y };
  }
}

/** Moves every tile up as far as it goes. */
export function settled<T extends Placed>(tiles: readonly T[], fixed?: T): T[] {
  const order = [...tiles].sort(
    (one, other) => one.y - other.y || Number(other.id === fixed?.id) - Number(one.id === fixed?.id) || one.x - other.x,
  );
  const done: T[] = [];
  for (const tile of order) {
    let y = tile.y;
    const at = (row: number) => done.some((other) => overlap(other, { ...tile, y: row }));
    while (at(y)) y += 1;
    while (y > 0 && !at(y - 1)) y -= 1;
    done.push({ ...tile, y });
  }
  return tiles.map((tile) => done.find((other) => other.id === tile.id) ?? tile);
}

function within({ x, y, w, h }: Placed): Omit<Placed, "id"> {
  const width = Math.min(Math.max(w, LEAST_W), COLUMNS);
  return {
    w: width,
    h: Math.min(Math.max(h, LEAST_H), MOST_H),
    x: Math.min(Math.max(x, 0), COLUMNS - width),
    y: Math.max(y, 0),
  };
}

function overlap(one: Placed, other: Placed): boolean {
  return one.x < other.x + other.w && other.x < one.x + one.w && one.y < other.y + other.h && other.y < one.y + one.h;
}
