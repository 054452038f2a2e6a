import { expect, test } from "vitest";
import type { CrmRecord, FieldValue } from "@/api/records.ts";
import { scoreOf, signed } from "./score.ts";

const lead = (fields: Partial<CrmRecord>): CrmRecord => ({
  id: "1",
  created_at: "",
  updated_at: "",
  deleted_at: null,
  version: 1,
  ...fields,
});

test("a lead without a score has none", () => {
  expect(scoreOf(lead({ score: null }))).toBeNull();
});

test("reasons that cannot be read are left out, the others kept in order", () => {
  const reasons: FieldValue = [
    { feature: "source", label: "Source", points: 12, text: "Source is referral" },
    "odd",
    { feature: "x" },
    { feature: "age", label: "Age", points: -3 },
  ];

  expect(scoreOf(lead({ score: 72, score_tier: "hot", score_reasons: reasons }))).toEqual({
    score: 72,
    tier: "hot",
    reasons: [
      { feature: "source", label: "Source", points: 12, text: "Source is referral" },
      { feature: "age", label: "Age", points: -3, text: "Age" },
    ],
  });
});

test("points carry their sign", () => {
  expect([signed(4), signed(-4), signed(0)]).toEqual(["+4", "−4", "0"]);
});
