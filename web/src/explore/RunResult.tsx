import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { ResultGrid } from "./ResultGrid.tsx";
import css from "./SqlPage.module.css";
import type { Run } from "./useRun.ts";

/** What became of the statement. */
export function RunResult({ run: { state } }: { run: Run }) {
  switch (state.kind) {
    case "idle":
      return <p className={css.quiet}>The result stands here. Select a part of the statement to run only that part.</p>;
    case "running":
      return <SkeletonRows />;
    case "cancelled":
      return <p className={css.quiet}>Cancelled. The statement is still in the editor.</p>;
    case "failed": {
      const messages = state.problem.refused.map(({ message }) => message);
      return (
        <div className={css.fault} role="alert">
          <strong>
            {state.place ? `Line ${state.place.line}, column ${state.place.column}` : state.problem.title}
          </strong>
          <p>{messages.length > 0 ? messages.join("\n") : state.problem.message}</p>
        </div>
      );
    }
    case "done":
      return state.answer.columns.length === 0 || state.answer.rows.length === 0 ? (
        <p className={css.quiet}>The statement found no rows.</p>
      ) : (
        <ResultGrid key={state.answer.lsn + state.sql} answer={state.answer} />
      );
  }
}
