/** Where to go after signing in: only paths of this application, never another site. */
export function returnPath(back: string | null): string {
  return back?.startsWith("/") && !back.startsWith("//") && !back.startsWith("/\\") ? back : "/";
}
