import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { useCatalog } from "@/api/catalog.ts";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { Editor, type EditorHandle } from "./Editor.tsx";
import { draftStatement, keepStatement } from "./history.ts";
import { RowFilterNote } from "./RowFilterNote.tsx";
import { RunBar } from "./RunBar.tsx";
import { RunResult } from "./RunResult.tsx";
import { SchemaTree } from "./SchemaTree.tsx";
import css from "./SqlPage.module.css";
import { schemaQuery, type SqlTable } from "./sql.ts";
import { useRun } from "./useRun.ts";

const FIRST =
  "select s.name as stage, count(*) as deals, sum(d.amount) as amount\nfrom deals d\njoin stages s on s.id = d.stage_id\ngroup by 1\norder by 2 desc";
const NO_TABLES: SqlTable[] = [];

/** SQL over the warehouse, under the permissions of who asks. */
export default function SqlPage() {
  const [parameters] = useSearchParams();
  const { data: tables = NO_TABLES } = useQuery(schemaQuery);
  const catalog = useCatalog();
  const [initial] = useState(() => parameters.get("q") ?? draftStatement() ?? FIRST);
  const editor = useRef<EditorHandle>(null);
  const run = useRun(editor);
  return (
    <div className={css.page}>
      <PageHeader
        title="SQL"
        subtitle="Ask the warehouse anything you may see. Nothing you run here changes a record."
      />
      <RowFilterNote catalog={catalog} />
      <div className={css.body}>
        <aside className={css.side} aria-label="Schema">
          <SchemaTree onInsert={(name) => editor.current?.insert(name)} />
        </aside>
        <div className={css.main}>
          <div className={css.editor}>
            <Editor ref={editor} initial={initial} tables={tables} onRun={run.start} onChange={keepStatement} />
          </div>
          <RunBar run={run} onRecall={(sql) => editor.current?.replace(sql)} />
          <div className={css.result}>
            <RunResult run={run} />
          </div>
        </div>
      </div>
    </div>
  );
}
