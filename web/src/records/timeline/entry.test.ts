import { expect, test } from "vitest";
import { DraftError } from "../draft.ts";
import { fieldsOf, newEntry } from "./entry.ts";

test("a call carries what was said, when and how long", () => {
  const entry = {
    ...newEntry("call"),
    subject: "Pricing",
    outcome: "connected",
    minutes: "12",
    at: "2026-03-04T10:30",
  };

  expect(fieldsOf(entry)).toEqual({
    kind: "call",
    subject: "Pricing",
    body: null,
    direction: "outbound",
    outcome: "connected",
    duration_minutes: 12,
    occurred_at: new Date("2026-03-04T10:30").toISOString(),
  });
});

test("an empty note is refused before it is sent", () => {
  expect(() => fieldsOf(newEntry("note"))).toThrow(DraftError);
});

test("a task is due tomorrow at nine unless said otherwise", () => {
  expect(newEntry("task", new Date("2026-03-04T15:00")).at).toBe("2026-03-05T09:00");
});
