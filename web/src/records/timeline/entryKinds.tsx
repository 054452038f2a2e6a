/** What can be added to a timeline, in words. */
import { CalendarDays, CheckSquare, Mail, MessagesSquare, Phone, Send, StickyNote } from "lucide-react";
import type { ReactNode } from "react";
import type { EntryKind } from "./entry.ts";

export interface EntryKindWords {
  value: EntryKind;
  name: string;
  label: ReactNode;
  /** On the button that saves. */
  verb: string;
  /** After saving. */
  said: string;
}

export const KINDS: readonly EntryKindWords[] = [
  {
    value: "note",
    name: "Note",
    label: (
      <>
        <StickyNote aria-hidden />
        Note
      </>
    ),
    verb: "Add note",
    said: "Note added",
  },
  {
    value: "comment",
    name: "Comment",
    label: (
      <>
        <MessagesSquare aria-hidden />
        Comment
      </>
    ),
    verb: "Add comment",
    said: "Comment added",
  },
  {
    value: "call",
    name: "Call",
    label: (
      <>
        <Phone aria-hidden />
        Call
      </>
    ),
    verb: "Log call",
    said: "Call logged",
  },
  {
    value: "email",
    name: "E-mail",
    label: (
      <>
        <Mail aria-hidden />
        E-mail
      </>
    ),
    verb: "Log e-mail",
    said: "E-mail logged",
  },
  {
    value: "meeting",
    name: "Meeting",
    label: (
      <>
        <CalendarDays aria-hidden />
        Meeting
      </>
    ),
    verb: "Log meeting",
    said: "Meeting logged",
  },
  {
    value: "task",
    name: "Task",
    label: (
      <>
        <CheckSquare aria-hidden />
        Task
      </>
    ),
    verb: "Add task",
    said: "Task added",
  },
  {
    value: "mail",
    name: "Send e-mail",
    label: (
      <>
        <Send aria-hidden />
        Send e-mail
      </>
    ),
    verb: "Send e-mail",
    said: "E-mail is on its way",
  },
];
