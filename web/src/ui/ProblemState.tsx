import { CloudOff, Lock, SearchX, TriangleAlert } from "lucide-react";
import { asProblem } from "@/api/problem.ts";
import { Button } from "./Button.tsx";
import css from "./State.module.css";

/** A failure in place of what should be here, with what to do about it. */
export function ProblemState({
  error,
  onRetry,
  compact = false,
}: {
  error: unknown;
  onRetry?: () => void;
  compact?: boolean;
}) {
  const problem = asProblem(error);
  const Icon = problem.offline
    ? CloudOff
    : problem.status === 403
      ? Lock
      : problem.status === 404
        ? SearchX
        : TriangleAlert;
  return (
    <div className={compact ? css.compact : css.state} role="alert">
      <span className={css.icon} aria-hidden>
        <Icon />
      </span>
      <h2>{problem.title}</h2>
      <p>{problem.message}</p>
      {problem.status >= 500 && problem.instance && <p className={css.reference}>Request {problem.instance}</p>}
      {onRetry && problem.status !== 403 && problem.status !== 404 && (
        <div className={css.actions}>
          <Button onClick={onRetry}>Try again</Button>
        </div>
      )}
    </div>
  );
}
