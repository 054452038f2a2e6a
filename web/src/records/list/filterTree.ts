/** Groups of conditions: read from an address, edited as lists, written for the server. */
import { type FilterTest, type FilterTree, type FilterValue, OPERATORS, type Period } from "@/api/records.ts";

/** How the conditions of a group go together. */
export type Match = "all" | "any" | "none";

/** A group while it is edited; every part keeps its key while others come and go. */
export interface Group {
  key: string;
  match: Match;
  parts: Part[];
}

export type Part = Group | (FilterTest & { key: string });

export function isGroup(part: Part): part is Group {
  return "match" in part;
}

/** Levels of groups that can be made; the server takes twice as many. */
export const MAX_LEVELS = 3;

/** Reads what an address says; null for what is no tree. */
export function readTree(text: string | null): FilterTree | null {
  if (!text) return null;
  try {
    return treeOf(JSON.parse(text));
  } catch {
    return null; // An address that was cut off in a chat shows the list without its filter.
  }
}

function treeOf(value: unknown): FilterTree | null {
  if (!isRecord(value)) return null;
  if ("and" in value) return listOf(value.and, (parts) => ({ and: parts }));
  if ("or" in value) return listOf(value.or, (parts) => ({ or: parts }));
  if ("not" in value) {
    const inside = treeOf(value.not);
    return inside && { not: inside };
  }
  const operator = OPERATORS.find((candidate) => candidate === (value.operator ?? "eq"));
  if (typeof value.field !== "string" || !operator || !isFilterValue(value.value)) return null;
  return { field: value.field, operator, value: value.value };
}

function listOf(value: unknown, make: (parts: FilterTree[]) => FilterTree): FilterTree | null {
  const parts = Array.isArray(value) ? value.map(treeOf).filter((part) => part !== null) : [];
  return parts.length > 0 ? make(parts) : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFilterValue(value: unknown): value is FilterValue {
  return ["string", "number", "boolean"].includes(typeof value) || isPeriod(value) || Array.isArray(value);
}

export function isPeriod(value: unknown): value is Period {
  return isRecord(value) && typeof value.rel === "string";
}

/** How many conditions a tree has. */
export function countTests(tree: FilterTree): number {
  if ("and" in tree) return tree.and.reduce((sum, part) => sum + countTests(part), 0);
  if ("or" in tree) return tree.or.reduce((sum, part) => sum + countTests(part), 0);
  return "not" in tree ? countTests(tree.not) : 1;
}

let lastKey = 0;

/** A key that no other part has. */
export function freshKey(): string {
  lastKey += 1;
  return `part-${lastKey}`;
}

/** The tree as groups that can be edited; the outermost is always one. */
export function groupOf(tree: FilterTree | null): Group {
  if (tree === null) return { key: freshKey(), match: "all", parts: [] };
  const part = partOf(tree);
  return isGroup(part) ? part : { key: freshKey(), match: "all", parts: [part] };
}

function partOf(tree: FilterTree): Part {
  const group = (match: Match, parts: readonly FilterTree[]): Group => ({
    key: freshKey(),
    match,
    parts: parts.map(partOf),
  });
  if ("and" in tree) return group("all", tree.and);
  if ("or" in tree) return group("any", tree.or);
  if ("not" in tree) return group("none", "or" in tree.not ? tree.not.or : [tree.not]);
  return { ...tree, key: freshKey() };
}

/** What the server is asked; conditions without a value are left out, and so are empty groups. */
export function treeFrom(part: Part): FilterTree | null {
  if (!isGroup(part)) {
    const { field, operator, value } = part;
    const blank = value === "" || (Array.isArray(value) && (value.length === 0 || value.includes("")));
    return blank ? null : { field, operator, value };
  }
  const parts = part.parts.map(treeFrom).filter((inside) => inside !== null);
  const [first] = parts;
  if (!first) return null;
  if (part.match === "none") return { not: parts.length === 1 && !("or" in first) ? first : { or: parts } };
  if (parts.length === 1) return first;
  return part.match === "all" ? { and: parts } : { or: parts };
}
