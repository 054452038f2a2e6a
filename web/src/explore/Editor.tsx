import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  type CompletionSource,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { PostgreSQL, sql, SQLDialect } from "@codemirror/lang-sql";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import css from "./Editor.module.css";
import type { SqlTable } from "./sql.ts";

export interface EditorHandle {
  /** The selected statement, or all of it; `from` is where it begins. */
  statement: () => { sql: string; from: number; selected: boolean };
  /** Underlines what is wrong; nothing clears it. */
  mark: (fault?: { from: number; to: number; message: string }) => void;
  insert: (text: string) => void;
  replace: (text: string) => void;
  focus: () => void;
}

export interface EditorProps {
  ref: Ref<EditorHandle>;
  initial: string;
  tables: readonly SqlTable[];
  onRun: () => void;
  onChange: (sql: string) => void;
}

/** The statement, with completion of tables and columns. Escape, then Tab, leaves it by keyboard. */
export function Editor({ ref, initial, tables, onRun, onChange }: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const language = useRef(new Compartment());
  const latest = useRef({ onRun, onChange, initial });
  latest.current = { ...latest.current, onRun, onChange };

  // CodeMirror owns its element; React only makes the place for it.
  useEffect(() => {
    if (!place.current) return undefined;
    const editor = new EditorView({
      parent: place.current,
      doc: latest.current.initial,
      extensions: [
        Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => (latest.current.onRun(), true) }])),
        lineNumbers(),
        history(),
        drawSelection(),
        EditorState.allowMultipleSelections.of(true),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        autocompletion({ icons: false }),
        highlightActiveLine(),
        highlightSelectionMatches(),
        syntaxHighlighting(colours),
        keymap.of([
          { key: "Tab", run: acceptCompletion },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...defaultKeymap,
          indentWithTab,
        ]),
        language.current.of(sql({ dialect: dialectFor([]), upperCaseKeywords: false })),
        placeholder("select stage_id, count(*) from deals group by 1"),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": "SQL statement", spellcheck: "false" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) latest.current.onChange(update.state.doc.toString());
        }),
        theme,
      ],
    });
    view.current = editor;
    return () => {
      latest.current.initial = editor.state.doc.toString();
      editor.destroy();
    };
  }, []);

  // Completion follows the schema, which arrives after the editor.
  useEffect(() => {
    const schema = Object.fromEntries(
      tables.flatMap((table) => {
        const columns = table.columns.map(({ name, label, type }) => ({
          label: name,
          detail: type,
          info: label,
          type: "property",
        }));
        return table.history
          ? [
              [table.name, columns],
              [`${table.name}_history`, columns],
            ]
          : [[table.name, columns]];
      }),
    );
    const dialect = dialectFor(tables);
    const extension = [
      sql({ dialect, schema, upperCaseKeywords: false }),
      dialect.language.data.of({ autocomplete: columnsOfNamed(tables) }),
    ];
    view.current?.dispatch({ effects: language.current.reconfigure(extension) });
  }, [tables]);

  useImperativeHandle(
    ref,
    () => ({
      statement() {
        const state = view.current?.state;
        if (!state) return { sql: "", from: 0, selected: false };
        const { from, to, empty } = state.selection.main;
        return empty
          ? { sql: state.doc.toString(), from: 0, selected: false }
          : { sql: state.sliceDoc(from, to), from, selected: true };
      },
      mark(fault) {
        const state = view.current?.state;
        if (!state) return;
        const end = state.doc.length;
        const found = fault
          ? [
              {
                from: Math.min(fault.from, end),
                to: Math.min(Math.max(fault.to, fault.from), end),
                severity: "error" as const,
                message: fault.message,
              },
            ]
          : [];
        view.current?.dispatch(setDiagnostics(state, found));
      },
      insert(text) {
        view.current?.dispatch(view.current.state.replaceSelection(text));
        view.current?.focus();
      },
      replace(text) {
        const editor = view.current;
        editor?.dispatch({
          changes: { from: 0, to: editor.state.doc.length, insert: text },
          selection: { anchor: text.length },
        });
        editor?.focus();
      },
      focus: () => view.current?.focus(),
    }),
    [],
  );

  return <div ref={place} className={css.editor} />;
}

/** The words that a reading statement can use; the standard's other six hundred would bury tables and columns. */
const WORDS =
  "select from where group by order having limit offset join inner left right full outer cross natural on using as distinct case when then else end " +
  "and or not in exists between like ilike is null true false union all except intersect with recursive over partition rows range preceding following " +
  "unbounded current row asc desc nulls first last cast extract interval filter values lateral any some escape explain";

/** `first` or `range` may be columns: then they look like columns. */
function dialectFor(tables: readonly SqlTable[]): SQLDialect {
  const columns = new Set(tables.flatMap((table) => table.columns.map(({ name }) => name)));
  const keywords = WORDS.split(" ")
    .filter((word) => !columns.has(word))
    .join(" ");
  return SQLDialect.define({ ...PostgreSQL.spec, keywords });
}

/** Columns of the tables that the statement names anywhere, without their table before them. */
function columnsOfNamed(tables: readonly SqlTable[]): CompletionSource {
  return (context) => {
    const word = context.matchBefore(/\w+/);
    if (!word || context.state.sliceDoc(word.from - 1, word.from) === ".") return null;
    const named = new Set(context.state.doc.toString().toLowerCase().match(/\w+/g));
    const columns = new Map(
      tables
        .filter(({ name }) => named.has(name) || named.has(`${name}_history`))
        .flatMap((table) =>
          table.columns.map((column) => [
            column.name,
            { label: column.name, detail: column.type, type: "property", boost: 1 },
          ]),
        ),
    );
    return { from: word.from, options: [...columns.values()], validFor: /^\w*$/ };
  };
}

const theme = EditorView.theme({
  "&": { height: "100%", fontSize: "13px", backgroundColor: "var(--surface)", color: "var(--text)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-content": { padding: "10px 0", caretColor: "var(--accent)" },
  ".cm-cursor": { borderLeftColor: "var(--accent)" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--text-3)", border: "none", paddingLeft: "6px" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--accent) 5%, transparent)" },
  ".cm-selectionBackground, &.cm-focused .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 24%, transparent) !important",
  },
  ".cm-placeholder": { color: "var(--text-3)" },
  ".cm-tooltip": {
    backgroundColor: "var(--surface)",
    color: "var(--text)",
    border: "1px solid var(--border)",
    borderRadius: "8px",
    boxShadow: "var(--shadow-m)",
    overflow: "hidden",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--accent-soft)",
    color: "var(--accent-text)",
  },
  ".cm-completionDetail": { color: "var(--text-3)", fontStyle: "normal", marginLeft: "10px" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--danger)" },
  ".cm-panels": { backgroundColor: "var(--surface-2)", color: "var(--text)" },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: "var(--accent-text)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--warn-text)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--violet-text)" },
  { tag: [tags.typeName, tags.standard(tags.name)], color: "var(--info-text)" },
  { tag: tags.comment, color: "var(--text-3)", fontStyle: "italic" },
]);
