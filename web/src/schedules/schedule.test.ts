import { beforeAll, expect, test, vi } from "vitest";

// The session is kept by the browser.
beforeAll(() => {
  vi.stubGlobal("sessionStorage", { getItem: () => null, setItem: () => undefined, removeItem: () => undefined });
  vi.stubGlobal("location", { origin: "http://localhost" });
});

const draft = {
  name: " Monday ",
  subject_kind: "report",
  subject: "won-by-month",
  cadence: "weekly",
  weekday: 5,
  day_of_month: 31,
  time_of_day: "08:00",
  time_zone: "America/New_York",
  formats: ["pdf"],
  recipients: ["a"],
} as const;

test("days are sent only where the cadence has them", async () => {
  const { fieldsOf } = await import("./schedule.ts");
  const own = { ...draft, formats: ["pdf"], recipients: ["a"] };
  expect(fieldsOf(own)).toMatchObject({ name: "Monday", weekday: 5, day_of_month: null });
  expect(fieldsOf({ ...own, cadence: "monthly" })).toMatchObject({ weekday: null, day_of_month: 31 });
});

test("a rhythm is told in words", async () => {
  const { rhythmInWords } = await import("./schedule.ts");
  expect(rhythmInWords(draft)).toBe("Every week on Friday at 08:00, America/New York");
  expect(rhythmInWords({ ...draft, cadence: "daily" })).toBe("Every day at 08:00, America/New York");
});
