/** What a lead becomes, as the dialog asks for it and the server takes it. */
import { request } from "@/api/client.ts";
import { type CrmRecord, type FieldValue, listRecords, textOf } from "@/api/records.ts";

export const PARTS = ["contact", "company", "deal"] as const;
export type PartName = (typeof PARTS)[number];
export type How = "new" | "existing" | "none";

export interface Part {
  how: How;
  existing: string | null;
  fields: Record<string, string>;
}

export type Wanted = Record<PartName, Part>;

export interface Converted {
  lead: CrmRecord;
  contact_id: string | null;
  company_id: string | null;
  deal_id: string | null;
  made: string[];
  undo_until: string;
}

/** What the lead itself suggests. */
export function suggested(lead: CrmRecord): Wanted {
  const text = (name: string) => textOf(lead, name);
  return {
    contact: {
      how: text("contact_id") ? "existing" : "new",
      existing: text("contact_id") || null,
      fields: { name: text("name"), email: text("email"), phone: text("phone") },
    },
    company: {
      how: text("company_id") ? "existing" : text("company_name") ? "new" : "none",
      existing: text("company_id") || null,
      fields: { name: text("company_name") },
    },
    deal: {
      how: "new",
      existing: null,
      fields: { name: text("company_name") || text("name"), amount: text("estimated_value") },
    },
  };
}

/** The request: empty fields are left to the server, which knows the lead. */
export function asked(wanted: Wanted): Record<PartName, FieldValue> {
  const part = ({ how, existing, fields }: Part): FieldValue => {
    if (how === "none" || (how === "existing" && existing === null)) return "none";
    if (how === "existing") return { existing };
    return { new: Object.fromEntries(Object.entries(fields).filter(([, value]) => value.trim() !== "")) };
  };
  return { contact: part(wanted.contact), company: part(wanted.company), deal: part(wanted.deal) };
}

/** Records that may be the same person or company, so that nobody is made twice. */
export async function lookAlikes(lead: CrmRecord, signal?: AbortSignal): Promise<Partial<Record<PartName, CrmRecord>>> {
  const first = async (table: string, field: string, value: string) =>
    value
      ? (await listRecords(table, { filters: [{ field, operator: "eq", value }], limit: 1 }, signal)).items[0]
      : undefined;
  const [contact, company] = await Promise.all([
    first("contacts", "email", textOf(lead, "email")),
    first("companies", "name", textOf(lead, "company_name")),
  ]);
  return { ...(contact ? { contact } : {}), ...(company ? { company } : {}) };
}

export function convert(lead: CrmRecord, wanted: Wanted): Promise<Converted> {
  return request<Converted>(`/api/leads/${lead.id}/convert`, {
    method: "POST",
    body: asked(wanted),
    headers: { "if-match": `"${lead.version}"` },
  });
}

export function undoConversion(id: string): Promise<{ lead: CrmRecord; removed: string[]; kept: string[] }> {
  return request(`/api/leads/${id}/convert/undo`, { method: "POST" });
}
