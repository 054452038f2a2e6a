/** The token behind `#` in a mailed link; it is taken out of the address at once, and so of the history. */
let taken: { path: string; token: string } | undefined;

export function mailedToken(): string {
  const { pathname, hash } = window.location;
  const token = decodeURIComponent(hash.replace(/^#/, ""));
  if (token !== "") {
    taken = { path: pathname, token };
    window.history.replaceState(window.history.state, "", pathname);
  }
  return taken?.path === pathname ? taken.token : "";
}
