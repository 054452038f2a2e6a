/** Remembers, in this tab, where somebody wanted to go before they left for a sign-in provider. */
import { returnPath } from "./returnPath.ts";

const STORAGE_KEY = "leadhouse.back";

export function leaveFor(provider: string, back: string): void {
  try {
    sessionStorage.setItem(STORAGE_KEY, back);
  } catch {
    // Without storage they come home instead.
  }
  window.location.assign(`/api/auth/oidc/${encodeURIComponent(provider)}/start`);
}

export function takeBack(): string {
  try {
    const back = sessionStorage.getItem(STORAGE_KEY);
    sessionStorage.removeItem(STORAGE_KEY);
    return returnPath(back);
  } catch {
    return "/";
  }
}
