import { describe, expect, test } from "vitest";
import { formatAge, formatChoice, formatCount, formatDay, formatMoney, formatMoneyCompact } from "./format.ts";

describe("money", () => {
  test.each([
    ["1234.5", "USD", "$1,234.50"],
    ["1200", "EUR", "€1,200"],
    ["5", "not a code", "$5"],
    ["n/a", "USD", "n/a"],
  ])("%s %s", (value, currency, shown) => {
    expect(formatMoney(value, currency)).toBe(shown);
  });

  test("is short in headings", () => {
    expect(formatMoneyCompact(857_812)).toBe("$857.8K");
  });
});

describe("ages", () => {
  const now = Date.parse("2026-03-04T12:00:00Z");
  test.each([
    ["2026-03-04T11:59:40Z", "just now"],
    ["2026-03-04T09:00:00Z", "3 hr. ago"],
    ["2026-03-03T12:00:00Z", "yesterday"],
    ["2026-03-06T12:00:00Z", "in 2 days"],
    ["2025-01-02T12:00:00Z", "2 Jan 2025"],
  ])("%s", (at, shown) => {
    expect(formatAge(at, now)).toBe(shown);
  });
});

test("a day of this year goes without the year", () => {
  expect(formatDay("2026-11-05", Date.parse("2026-01-01T00:00:00Z"))).toBe("5 Nov");
});

test("choices are words", () => {
  expect(["former_customer", "email", "sms"].map(formatChoice)).toEqual(["Former customer", "E-mail", "SMS"]);
});

test("one is not many", () => {
  expect([formatCount(1, "deal", "deals"), formatCount(1_200, "deal", "deals")]).toEqual(["1 deal", "1,200 deals"]);
});
