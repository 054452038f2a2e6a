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
  /** The preset, or `custom` for a role that administrators made. */
  role: Role | "custom";
  /** The name of the role. */
  role_name: string;
  team_id: string | null;
  time_zone: string;
  locale: string;
}

export interface Session {
  expires_at: string;
  user: SessionUser;
  /** Who is really signed in, while they look through the eyes of `user`. */
  self?: SessionUser;
}

/** Why nobody is signed in, for the sign-in page. */
export type SignedOutReason = "none" | "expired" | "signed_out";

/** What signing in answers, read into a session. */
export function sessionOf({ expires_at, user }: components["schemas"]["SignedIn"]): Session {
  return { expires_at, user: userOf(user) };
}

/** What the application needs of a user's record. */
export function userOf(record: Readonly<Record<string, unknown>>): SessionUser {
  const text = (name: string) => {
    const value = record[name];
    return typeof value === "string" ? value : null;
  };
  return {
    id: text("id") ?? "",
    username: text("username") ?? "",
    name: text("name") ?? text("username") ?? "",
    email: text("email"),
    role: ROLES.find((role) => role === record.role) ?? "custom",
    role_name: text("role") ?? "",
    team_id: text("team_id"),
    time_zone: text("time_zone") ?? "UTC",
    locale: text("locale") ?? "en",
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

/** Whoever is signed in anew; a preview goes on when the same person's session was renewed. */
export function startSession(next: Session): void {
  const looking = current?.self?.id === next.user.id ? current : null;
  change(looking ? { ...next, user: looking.user, self: next.user } : next, "none");
}

export function endSession(why: SignedOutReason): void {
  change(null, why);
}

/** Looks through the eyes of another person from now on; the server answers what they may see. */
export function startPreview(user: SessionUser): void {
  if (current) change({ ...current, user, self: current.self ?? current.user }, "none");
}

/** Comes back to one's own eyes. */
export function endPreview(): void {
  if (!current?.self) return;
  const { self, ...kept } = current;
  change({ ...kept, user: self }, "none");
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
