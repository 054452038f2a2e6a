import { Clock, Download, Play, Square } from "lucide-react";
import { useState } from "react";
import { formatAge, formatCount } from "@/format/format.ts";
import { Kbd } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { Menu, MenuItem } from "@/ui/Menu.tsx";
import { Popover, PopoverClose } from "@/ui/Popover.tsx";
import { sayProblem } from "@/ui/toast.tsx";
import { forgetStatements, type PastStatement, pastStatements } from "./history.ts";
import css from "./SqlPage.module.css";
import { downloadSql, type SqlFormat } from "./sql.ts";
import type { Run } from "./useRun.ts";

const FORMATS: readonly { format: SqlFormat; label: string }[] = [
  { format: "csv", label: "CSV" },
  { format: "parquet", label: "Parquet" },
  { format: "json", label: "JSON" },
];

/** Run, cancel, download, and what was run before. */
export function RunBar({ run, onRecall }: { run: Run; onRecall: (sql: string) => void }) {
  const { state, start, cancel } = run;
  const done = state.kind === "done" ? state : undefined;
  const save = (format: SqlFormat) => {
    if (done)
      downloadSql(done.sql, format).catch((thrown: unknown) => sayProblem("It could not be downloaded", thrown));
  };
  return (
    <div className={css.bar}>
      {state.kind === "running" ? (
        <Button variant="danger" icon={<Square size={14} aria-hidden />} onClick={cancel}>
          Cancel
        </Button>
      ) : (
        <Button variant="primary" icon={<Play size={14} aria-hidden />} onClick={start}>
          Run
        </Button>
      )}
      <span aria-hidden className={css.keys}>
        <Kbd>Ctrl</Kbd> <Kbd>Enter</Kbd>
      </span>
      <History onRecall={onRecall} />
      {done ? (
        <Menu align="start" trigger={<Button icon={<Download size={15} aria-hidden />}>Download</Button>}>
          {FORMATS.map(({ format, label }) => (
            <MenuItem key={format} onSelect={() => save(format)}>
              {label}
            </MenuItem>
          ))}
        </Menu>
      ) : (
        <Button icon={<Download size={15} aria-hidden />} reason="Run a statement first">
          Download
        </Button>
      )}
      <p className={css.facts} role="status">
        {state.kind === "running" && (state.selected ? "Running the selection…" : "Running…")}
        {state.kind === "cancelled" && "Cancelled"}
        {done && (
          <>
            {formatCount(done.answer.row_count, "row", "rows")}
            {done.answer.truncated ? " (cut at the limit)" : ""} · {done.answer.elapsed_ms} ms · as of{" "}
            {formatAge(done.answer.as_of)}
          </>
        )}
      </p>
    </div>
  );
}

function History({ onRecall }: { onRecall: (sql: string) => void }) {
  const [past, setPast] = useState<PastStatement[]>([]);
  return (
    <Popover
      label="Statements run before"
      width={440}
      onOpenChange={(open) => open && setPast(pastStatements())}
      trigger={<Button icon={<Clock size={15} aria-hidden />}>History</Button>}
    >
      {past.length === 0 ? (
        <p className={css.quiet}>Nothing has been run in this browser yet.</p>
      ) : (
        <div className={css.history}>
          {past.map(({ sql, at, rows }) => (
            <PopoverClose key={sql} asChild>
              <button type="button" className={css.past} onClick={() => onRecall(sql)}>
                <code>{sql}</code>
                <small>
                  {formatAge(at)} · {rows === null ? "failed" : formatCount(rows, "row", "rows")}
                </small>
              </button>
            </PopoverClose>
          ))}
          <Button
            variant="ghost"
            onClick={() => {
              forgetStatements();
              setPast([]);
            }}
          >
            Forget all
          </Button>
        </div>
      )}
    </Popover>
  );
}
