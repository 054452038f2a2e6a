import { describe, expect, it } from "vitest";
import { type LeadStatus, missingFields, stepReason } from "./statuses.ts";

const status = (name: string, rest: Partial<LeadStatus> = {}): LeadStatus => ({
  name,
  category: "open",
  next: null,
  required: [],
  managerOnly: false,
  ...rest,
});

describe("steps of a lead", () => {
  it("says what may follow instead", () => {
    const contacted = status("contacted", { next: ["in_progress", "lost"] });
    expect(stepReason(contacted, status("new"), false)).toBe("From contacted it may become in progress, lost.");
    expect(stepReason(contacted, status("lost"), false)).toBeUndefined();
    expect(stepReason(status("new"), status("lost"), false)).toBeUndefined();
    expect(stepReason(status("done", { next: [] }), status("new"), true)).toBe("From done a lead goes nowhere.");
  });

  it("keeps some steps for managers", () => {
    const approved = status("approved", { managerOnly: true });
    expect(stepReason(undefined, approved, false)).toMatch(/manager/);
    expect(stepReason(undefined, approved, true)).toBeUndefined();
  });

  it("names the fields that are still empty", () => {
    const lead = {
      id: "1",
      created_at: "",
      updated_at: "",
      deleted_at: null,
      version: 1,
      email: "a@b.example",
      lost_reason: " ",
    };
    expect(missingFields(lead, status("lost", { required: ["email", "lost_reason"] }))).toEqual(["lost_reason"]);
  });
});
