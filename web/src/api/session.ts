/**
 * Who is signed in: kept in memory and, so that a reload keeps it, in this tab's session storage. The
 * tokens themselves are in cookies that scripts cannot read.
 */
import { useSyncExternalStore } from "react";
import type { components } from "./__generated__/schema.ts";

const STORAGE_KEY = "leadhouse.session";

export const ROLES = ["admin", "manager", "rep", "support", "analyst", "executive"] as const;
export type Role = (typeof ROLES)[number];

export interface SessionUser {
  id: string;
  username: string;
  name: string;
  email: string | null;
  role: Role;
  team_id: string | null;
  time_zone: string;
  locale: string;
}

export interface Session {
  expires_at: string;
  user: SessionUser;
}

/** Why nobody is signed in, for the sign-in page. */
export type SignedOutReason = "none" | "expired" | "signed_out";

/** What signing in answers, read into a session. */
export function sessionOf({ expires_at, user }: components["schemas"]["SignedIn"]): Session {
  const record: Readonly<Record<string, unknown>> = user;
  const text = (name: string) => {
    const value = record[name];
    return typeof value === "string" ? value : null;
  };
  return {
    expires_at,
    user: {
      id: text("id") ?? "",
      username: text("username") ?? "",
      name: text("name") ?? text("username") ?? "",
      email: text("email"),
      role: ROLES.find((role) => role === record.role) ?? "rep",
      team_id: text("team_id"),
      time_zone: text("time_zone") ?? "UTC",
      locale: text("locale") ?? "en",
    },
  };
}

let current: Session | null = restore();
let reason: SignedOutReason = "none";
const listeners = new Set<() => void>();

export function session(): Session | null {
  return current;
}

export function signedOutReason(): SignedOutReason {
  return reason;
}

export function startSession(next: Session): void {
  change(next, "none");
}

export function endSession(why: SignedOutReason): void {
  change(null, why);
}

export function useSession(): Session | null {
  return useSyncExternalStore(subscribe, session);
}

/** Calls back when somebody signs in or out. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function change(next: Session | null, why: SignedOutReason): void {
  current = next;
  reason = why;
  try {
    if (next) sessionStorage.setItem(STORAGE_KEY, JSON.stringify(next));
    else sessionStorage.removeItem(STORAGE_KEY);
  } catch {
    // Storage may be switched off; then a reload asks to sign in again.
  }
  for (const listener of listeners) listener();
}

function restore(): Session | null {
  try {
    const text = sessionStorage.getItem(STORAGE_KEY);
    if (!text) return null;
    const kept: Session = JSON.parse(text);
    return kept;
  } catch {
    return null;
  }
}
