/** What is written to people, and what the server refuses of it. */
import { request } from "@/api/client.ts";
import { type Job, type Selected, started } from "@/api/jobs.ts";
import type { Problem } from "@/api/problem.ts";
import type { CrmRecord } from "@/api/records.ts";

export interface Letter {
  subject: string;
  text: string;
}

/** What is wrong with a letter, at its place; `top` is for what concerns no part of it. */
export type LetterFaults = Partial<Record<keyof Letter | "top", string>>;

export const EMPTY_LETTER: Letter = { subject: "", text: "" };

/** Letters that the server takes. */
export const MOST_LETTERS: Record<keyof Letter, number> = { subject: 150, text: 20_000 };

/** Sends a mail to one person; answers the activity that stands on their timeline. */
export function sendLetter(table: string, id: string, letter: Letter): Promise<CrmRecord> {
  return request<CrmRecord>(`/api/${table}/${id}/emails`, { method: "POST", body: letter });
}

/** Sends a mail to each of those that are selected, in the background. */
export function startMailing(table: string, letter: Letter, selected: Selected): Promise<Job> {
  return started(request<Job>(`/api/${table}/emails`, { method: "POST", body: { ...letter, ...selected } }));
}

export function faultsOf(problem: Problem): LetterFaults {
  if (problem.code === "no_mail_server")
    return { top: "Mail is not set up on this server; an administrator can do that. What you wrote stays here." };
  const { subject, text } = problem.fields;
  const other = problem.refused.filter(({ pointer }) => pointer !== "/subject" && pointer !== "/text");
  const top = other.map(({ message }) => message).join(". ");
  if (top !== "") return { subject, text, top };
  return subject === undefined && text === undefined ? { top: problem.message } : { subject, text };
}
