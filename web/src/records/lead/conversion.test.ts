import { expect, it } from "vitest";
import type { CrmRecord } from "@/api/records.ts";
import { asked, suggested } from "./conversion.ts";

const lead: CrmRecord = {
  id: "1",
  created_at: "",
  updated_at: "",
  deleted_at: null,
  version: 1,
  name: "Ada",
  company_name: null,
  email: "ada@example.com",
};

it("a lead without a company becomes a contact and a deal", () => {
  expect(asked(suggested(lead))).toEqual({
    contact: { new: { name: "Ada", email: "ada@example.com" } },
    company: "none",
    deal: { new: { name: "Ada" } },
  });
});

it("a chosen record is taken and an unchosen one left out", () => {
  const wanted = suggested({ ...lead, company_name: "Acme" });
  const contact = { ...wanted.contact, how: "existing" as const };
  const company = { ...wanted.company, how: "existing" as const, existing: "c1" };
  expect(asked({ ...wanted, contact, company })).toEqual({
    contact: "none",
    company: { existing: "c1" },
    deal: { new: { name: "Acme" } },
  });
});
