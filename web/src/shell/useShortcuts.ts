import { useEffect, useEffectEvent } from "react";
import { useNavigate } from "react-router";
import { links } from "@/links.ts";

/** `g` and then a letter. */
export const GO_TO: Record<string, { label: string; to: string }> = {
  h: { label: "Home", to: links.home() },
  l: { label: "Leads", to: links.list("leads") },
  c: { label: "Contacts", to: links.list("contacts") },
  o: { label: "Companies", to: links.list("companies") },
  d: { label: "Deals", to: links.list("deals") },
  b: { label: "Deals board", to: links.board() },
  t: { label: "Tasks", to: links.list("tasks") },
  r: { label: "Reports", to: links.reports() },
  s: { label: "SQL", to: links.sql() },
};

const SEQUENCE_MS = 1_000;

export function useShortcuts({ openPalette, openSheet }: { openPalette: () => void; openSheet: () => void }): void {
  const navigate = useNavigate();
  const onKey = useEffectEvent((event: KeyboardEvent, afterG: boolean): boolean => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
      return false;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return false;
    if (event.key === "?") openSheet();
    if (event.key === "/") {
      event.preventDefault();
      openPalette();
    }
    const place = afterG ? GO_TO[event.key] : undefined;
    if (place) void navigate(place.to);
    return event.key === "g";
  });
  useEffect(() => {
    let sawGAt = -SEQUENCE_MS;
    const listener = (event: KeyboardEvent) => {
      const sawG = onKey(event, event.timeStamp - sawGAt < SEQUENCE_MS);
      sawGAt = sawG ? event.timeStamp : -SEQUENCE_MS;
    };
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);
}

function writing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.closest("input, textarea, select, [role=dialog], [role=menu]") !== null)
  );
}
