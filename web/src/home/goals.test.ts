import { expect, it } from "vitest";
import { elapsed, type Goal, lastDay } from "./goals.ts";

it("a period ends on its last day, leap years included", () => {
  expect(lastDay("2026-01-01", 1)).toBe("2026-01-31");
  expect(lastDay("2028-02-01", 1)).toBe("2028-02-29");
  expect(lastDay("2026-10-01", 3)).toBe("2026-12-31");
  expect(lastDay("2026-01-01", 12)).toBe("2026-12-31");
});

it("an even pace stands where the period stands", () => {
  const goal: Goal = {
    id: "1",
    owner: "o",
    metric: "won_deals",
    period: "month",
    first: "2026-04-01",
    last: "2026-04-30",
    target: 10,
  };
  expect(elapsed(goal, "2026-03-01")).toBe(0);
  expect(elapsed(goal, "2026-04-15")).toBe(0.5);
  expect(elapsed(goal, "2026-06-01")).toBe(1);
});
