import { type RefObject, useRef, useState } from "react";
import { asProblem, type Problem } from "@/api/problem.ts";
import type { EditorHandle } from "./Editor.tsx";
import { rememberStatement } from "./history.ts";
import { faultIn, lineOf, runSql, type SqlAnswer } from "./sql.ts";

export type RunState =
  | { kind: "idle" }
  | { kind: "running"; sql: string; selected: boolean }
  | { kind: "cancelled" }
  | { kind: "failed"; problem: Problem; place: { line: number; column: number } | undefined }
  | { kind: "done"; sql: string; answer: SqlAnswer };

export interface Run {
  state: RunState;
  start: () => void;
  cancel: () => void;
}

/** One statement at a time; the server stops working when the request is given up. */
export function useRun(editor: RefObject<EditorHandle | null>): Run {
  const [state, setState] = useState<RunState>({ kind: "idle" });
  const request = useRef<AbortController>(null);
  const start = () => {
    const statement = editor.current?.statement();
    if (!statement || statement.sql.trim() === "") return;
    request.current?.abort();
    const own = new AbortController();
    request.current = own;
    editor.current?.mark();
    setState({ kind: "running", sql: statement.sql, selected: statement.selected });
    runSql(statement.sql, own.signal).then(
      (answer) => {
        if (request.current !== own) return;
        rememberStatement({ sql: statement.sql.trim(), at: new Date().toISOString(), rows: answer.row_count });
        setState({ kind: "done", sql: statement.sql, answer });
      },
      (thrown: unknown) => {
        if (own.signal.aborted || request.current !== own) return;
        const problem = asProblem(thrown);
        const message = problem.refused[0]?.message ?? problem.message;
        const fault = faultIn(statement.sql, message);
        rememberStatement({ sql: statement.sql.trim(), at: new Date().toISOString(), rows: null });
        if (fault) editor.current?.mark({ from: fault.from + statement.from, to: fault.to + statement.from, message });
        setState({ kind: "failed", problem, place: fault && lineOf(statement.sql, fault.from) });
      },
    );
  };
  const cancel = () => {
    request.current?.abort();
    request.current = null;
    setState({ kind: "cancelled" });
  };
  return { state, start, cancel };
}
