/** What the composer holds, and the fields it becomes. */
import type { FieldValue } from "@/api/records.ts";
import { localMoment } from "@/format/format.ts";

import { DraftError } from "../draft.ts";
import type { Letter } from "../mail/letter.ts";

/** What is only written down; an `email` of this kind was sent elsewhere. */
type LoggedKind = "note" | "comment" | "call" | "email" | "meeting" | "task";
/** `mail` is sent from here, and the server writes it down. */
export type EntryKind = LoggedKind | "mail";

export interface Entry<Kind extends EntryKind = EntryKind> {
  kind: Kind;
  subject: string;
  body: string;
  direction: string;
  outcome: string;
  minutes: string;
  priority: string;
  /** When it happened, or is due: local, to the minute. */
  at: string;
}

export function newEntry<Kind extends EntryKind>(kind: Kind, now = new Date()): Entry<Kind> {
  const due = new Date(now.getTime() + 86_400_000);
  due.setHours(9, 0, 0, 0);
  return {
    kind,
    subject: "",
    body: "",
    direction: "outbound",
    outcome: "",
    minutes: "",
    priority: "medium",
    at: localMoment((kind === "task" ? due : now).toISOString()),
  };
}

export function tableOf(kind: EntryKind): "notes" | "comments" | "activities" | "tasks" {
  if (kind === "note") return "notes";
  if (kind === "comment") return "comments";
  return kind === "task" ? "tasks" : "activities";
}

export function letterOf({ subject, body }: Entry): Letter {
  return { subject, text: body };
}

export function fieldsOf(entry: Entry<LoggedKind>): Record<string, FieldValue> {
  const body = entry.body.trim() || null;
  switch (entry.kind) {
    case "note":
    case "comment":
      if (!body) throw new DraftError("Write something first.");
      return { body };
    case "task":
      return { name: entry.subject.trim(), description: body, due_at: moment(entry.at), priority: entry.priority };
    case "call":
    case "email":
    case "meeting":
      return {
        kind: entry.kind,
        subject: entry.subject.trim() || null,
        body,
        direction: entry.kind === "meeting" ? null : entry.direction,
        outcome: entry.outcome.trim() || null,
        duration_minutes: minutes(entry.minutes),
        occurred_at: moment(entry.at) ?? new Date().toISOString(),
      };
  }
}

function moment(local: string): string | null {
  return local === "" ? null : new Date(local).toISOString();
}

function minutes(text: string): number | null {
  if (text.trim() === "") return null;
  if (!/^\d+$/.test(text.trim())) throw new DraftError("Minutes must be a whole number.");
  return Number(text);
}
