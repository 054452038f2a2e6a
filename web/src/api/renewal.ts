/** Keeps a session going: a fresh access token before the old one ends, and when a new tab opens. */
import type { components } from "./__generated__/schema.ts";
import { csrfToken, CSRF_HEADER, IN_COOKIES } from "./cookies.ts";
import { endSession, session, sessionOf, startSession } from "./session.ts";

/** An access token is exchanged when it has less than this left. */
const MARGIN_MS = 60_000;

let running: Promise<boolean> | undefined;

/** Renews the session if its access token is about to end. */
export async function keepFresh(): Promise<void> {
  const current = session();
  if (current && Date.parse(current.expires_at) - Date.now() < MARGIN_MS) await renewSession();
}

/** Exchanges the refresh token; whoever asks meanwhile waits for the same answer. */
export function renewSession(): Promise<boolean> {
  running ??= renew().finally(() => (running = undefined));
  return running;
}

/** Finds the session of another tab of this browser, if there is one. */
export async function resumeSession(): Promise<void> {
  if (session() === null && csrfToken() !== undefined) await renewSession();
}

/** Ends the session here and on the server; a server that is away ends it by itself later. */
export async function signOut(): Promise<void> {
  try {
    await fetch("/api/auth/logout", { method: "POST", headers: headers() });
  } catch {
    // Nobody stays signed in on the page because the server is out of reach.
  }
  endSession("signed_out");
}

async function renew(): Promise<boolean> {
  let response: Response;
  try {
    response = await fetch("/api/auth/refresh", { method: "POST", headers: headers(), body: "{}" });
  } catch {
    // Out of reach is not signed out: the request itself will say so.
    return false;
  }
  if (response.ok) {
    const answer: components["schemas"]["SignedIn"] = await response.json();
    startSession(sessionOf(answer));
    return true;
  }
  if (response.status === 401 && session() !== null) endSession("expired");
  return false;
}

function headers(): Record<string, string> {
  const csrf = csrfToken();
  return { ...IN_COOKIES, "content-type": "application/json", ...(csrf ? { [CSRF_HEADER]: csrf } : {}) };
}
