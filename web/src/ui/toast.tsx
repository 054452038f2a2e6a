import { Toaster, toast } from "sonner";
import { asProblem } from "@/api/problem.ts";
import { useShownTheme } from "@/theme/theme.ts";
import "./toast.css";

const UNDO_MS = 10_000;

export function Toasts() {
  const theme = useShownTheme();
  return (
    <Toaster theme={theme} position="bottom-right" closeButton visibleToasts={4} containerAriaLabel="Notifications" />
  );
}

export function say(message: string, detail?: string): void {
  toast.success(message, detail ? { description: detail } : {});
}

/** Says what was done and offers to take it back. */
export function sayWithUndo(message: string, undo: () => void): void {
  sayWithAction(message, "Undo", undo);
}

/** Says what was done and offers what comes next. */
export function sayWithAction(message: string, label: string, action: () => void): void {
  toast(message, { duration: UNDO_MS, action: { label, onClick: action } });
}

/** Says what failed and why. */
export function sayProblem(what: string, thrown: unknown): void {
  const problem = asProblem(thrown);
  const named = problem.refused.map(({ message }) => message).join(". ");
  toast.error(what, { description: named || problem.message, duration: 8_000 });
}
