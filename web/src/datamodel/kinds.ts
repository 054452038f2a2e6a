/** The kinds of fields in the words of whoever chooses one. */
import type { Catalog, FieldKind, ObjectDef } from "@/api/catalog.ts";

export type KindName = FieldKind["type"];

/** A kind as it is filled in, before it is one. */
export interface KindDraft {
  type: KindName;
  /** One per line. */
  options: string;
  object: string;
  scale: string;
}

export const KINDS: readonly { type: KindName; label: string }[] = [
  { type: "text", label: "Text" },
  { type: "long_text", label: "Long text" },
  { type: "choice", label: "Choice" },
  { type: "bool", label: "Yes or no" },
  { type: "integer", label: "Whole number" },
  { type: "decimal", label: "Decimal number" },
  { type: "money", label: "Money" },
  { type: "date", label: "Date" },
  { type: "date_time", label: "Date and time" },
  { type: "link", label: "Link to a record" },
  { type: "email", label: "E-mail address" },
  { type: "phone", label: "Phone number" },
  { type: "url", label: "Web address" },
];

const TEXT: readonly KindName[] = ["text", "long_text", "choice", "email", "phone", "url"];
const PRECISION = 18;

export const emptyKind: KindDraft = { type: "text", options: "", object: "company", scale: "2" };

/** Kinds that a field of this object can have: money needs the currency of its record. */
export function kindsFor(object: ObjectDef) {
  const currency = object.fields.some(({ name }) => name === "currency");
  return KINDS.filter(({ type }) => type !== "money" || currency);
}

/** Whether records can be found by its words. */
export function holdsWords(type: KindName): boolean {
  return TEXT.includes(type);
}

export function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

export function kindOf(draft: KindDraft): FieldKind {
  switch (draft.type) {
    case "text":
      return { type: "text", max_len: 200 };
    case "integer":
      return { type: "integer", min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };
    case "decimal":
      return { type: "decimal", precision: PRECISION, scale: Number(draft.scale) };
    case "choice":
      return { type: "choice", options: linesOf(draft.options) };
    case "link":
      return { type: "link", object: draft.object };
    default:
      return { type: draft.type };
  }
}

/** What a kind is, in a few words. */
export function kindText(kind: FieldKind, catalog: Catalog): string {
  const label = KINDS.find(({ type }) => type === kind.type)?.label ?? "Data";
  switch (kind.type) {
    case "choice":
      return `${label}: ${kind.options.join(", ")}`;
    case "link":
      return `Link to ${catalog.byName(kind.object)?.plural_label.toLowerCase() ?? kind.object}`;
    case "decimal":
      return `${label}, ${kind.scale} after the point`;
    case "text":
      return `${label}, up to ${kind.max_len} characters`;
    default:
      return label;
  }
}
