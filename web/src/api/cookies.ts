/** The one cookie of a session that scripts may read; it has to be repeated as a header. */
export const CSRF_HEADER = "x-csrf-token";

/** Asks the server to keep the tokens in cookies that scripts cannot read. */
export const IN_COOKIES = { "x-leadhouse-session": "cookie" } as const;

/** What to repeat; absent when this browser has no session. */
export function csrfToken(cookies = document.cookie): string | undefined {
  for (const pair of cookies.split(";")) {
    const [name, value] = pair.trim().split("=");
    if (value && (name === "leadhouse_csrf" || name === "__Secure-leadhouse_csrf")) return value;
  }
  return undefined;
}
