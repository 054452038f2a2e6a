import { expect, test } from "vitest";
import { complete, readDay, readList, readPair, writeDay, writeList, writePair } from "./filterValue.ts";

test.each([[[]], [["a"]], [["a", "b"]], [["Washington, D.C.", "b"]], [["[odd"]]])("a list is read back: %j", (list) => {
  expect(readList(writeList(list))).toEqual(list);
});

test("days and the ends of a range are read back, fixed and relative", () => {
  const period = { rel: "last", n: 30, unit: "day", current: true } as const;

  expect(readDay(writeDay(period))).toEqual(period);
  expect(readDay("2026-03-31")).toBe("2026-03-31");
  expect(readPair(writePair("1", "20"))).toEqual(["1", "20"]);
  expect(readPair(writePair("2026-01-01", period))).toEqual(["2026-01-01", period]);
});

test("a range with one end asks nothing yet", () => {
  expect(complete("between", writePair("1", ""))).toBe(false);
  expect(complete("between", writePair("1", "2"))).toBe(true);
  expect(complete("eq", "")).toBe(false);
});
