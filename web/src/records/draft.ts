/** Values while they are edited: text as typed, and back to what the server takes. */
import type { FieldDef } from "@/api/catalog.ts";
import type { FieldValue } from "@/api/records.ts";
import { localMoment } from "@/format/format.ts";

/** What was typed cannot be sent. */
export class DraftError extends Error {}

export function toDraft(field: FieldDef, value: FieldValue): string {
  if (value === null || value === undefined) return "";
  switch (field.kind.type) {
    case "date_time":
      return localMoment(String(value));
    case "json":
      return isWordList(value) ? value.join(", ") : JSON.stringify(value, null, 2);
    default:
      return String(value);
  }
}

export function fromDraft(field: FieldDef, draft: string): FieldValue {
  const text = draft.trim();
  if (field.kind.type === "bool") return text === "true";
  if (text === "") return null;
  switch (field.kind.type) {
    case "integer":
      return /^-?\d+$/.test(text) ? Number(text) : refuse(`${field.label} must be a whole number`);
    case "money":
    case "decimal": {
      const plain = text.replaceAll(/[\s,_]/g, "");
      return /^-?\d+(\.\d+)?$/.test(plain) ? plain : refuse(`${field.label} must be a number such as 1234.50`);
    }
    case "date_time": {
      const moment = new Date(text);
      return Number.isNaN(moment.getTime()) ? refuse(`${field.label} must be a date and time`) : moment.toISOString();
    }
    case "json":
      return fromJsonText(field, text);
    case "long_text":
      return draft;
    default:
      return text;
  }
}

function fromJsonText(field: FieldDef, text: string): FieldValue {
  if (!/^[[{"]/.test(text))
    return text
      .split(",")
      .map((word) => word.trim())
      .filter(Boolean);
  try {
    const value: FieldValue = JSON.parse(text);
    return value;
  } catch {
    return refuse(`${field.label} is not valid JSON; write words separated by commas, or JSON`);
  }
}

function isWordList(value: FieldValue): value is string[] {
  return Array.isArray(value) && value.every((part) => typeof part === "string" && !part.includes(","));
}

function refuse(message: string): never {
  throw new DraftError(message);
}
