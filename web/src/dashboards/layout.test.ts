import { expect, test } from "vitest";
import { freePlace, type Placed, placed, settled } from "./layout.ts";

const row: Placed[] = [
  { id: "a", x: 0, y: 0, w: 6, h: 2 },
  { id: "b", x: 6, y: 0, w: 6, h: 2 },
  { id: "c", x: 0, y: 2, w: 12, h: 4 },
];
const at = (tiles: Placed[]) => Object.fromEntries(tiles.map(({ id, x, y }) => [id, [x, y]]));

test("a tile moved onto another pushes it down", () => {
  expect(at(placed(row, "a", { x: 6 }))).toEqual({ a: [6, 0], b: [6, 2], c: [0, 4] });
});

test("a tile cannot leave the grid", () => {
  expect(at(placed(row, "b", { x: 40, y: -3 })).b).toEqual([6, 0]);
});

test("a wider tile stays inside and the others give way", () => {
  const wider = placed(row, "a", { w: 12 });
  expect(at(wider)).toEqual({ a: [0, 0], b: [6, 2], c: [0, 4] });
});

test("a gap closes when the tile above is gone", () => {
  expect(at(settled(row.filter(({ id }) => id === "c")))).toEqual({ c: [0, 0] });
});

test("a new tile takes the first free place", () => {
  expect([freePlace(row, { w: 6, h: 2 }), freePlace(row.slice(0, 1), { w: 6, h: 2 })]).toEqual([
    { x: 0, y: 6 },
    { x: 6, y: 0 },
  ]);
});
