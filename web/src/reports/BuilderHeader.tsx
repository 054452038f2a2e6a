import { useQueryClient } from "@tanstack/react-query";
import { CalendarClock, CopyPlus, Ellipsis, Redo2, RotateCcw, Save, Send, Share2, Trash2, Undo2 } from "lucide-react";
import { useEffect, useState } from "react";
import { useNavigate } from "react-router";
import { keys } from "@/api/keys.ts";
import { type CrmRecord, deleteRecord, restoreRecord, textOf, updateRecord } from "@/api/records.ts";
import { formatDate, isoToday } from "@/format/format.ts";
import { links } from "@/links.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Field, Input } from "@/ui/Field.tsx";
import { Menu, MenuItem, MenuSeparator } from "@/ui/Menu.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { say, sayProblem, sayWithUndo } from "@/ui/toast.tsx";
import { useNarrow } from "@/ui/useNarrow.ts";
import css from "./Builder.module.css";
import { forgetDraft } from "./draft.ts";
import { ExportMenu } from "./ExportMenu.tsx";
import { SaveDialog, savedFields } from "./SaveDialog.tsx";
import { mayChange, SAVED } from "./saved.ts";
import { ShareDialog } from "./ShareDialog.tsx";
import type { ReportSpec } from "./spec.ts";

export interface BuilderHeaderProps {
  name: string;
  spec: ReportSpec;
  runnable: ReportSpec;
  record: CrmRecord | null;
  changed: boolean;
  asOf: string;
  onAsOf: (day: string) => void;
  onChange: (spec: ReportSpec) => void;
  onRevert: () => void;
  undo: (() => void) | undefined;
  redo: (() => void) | undefined;
}

/** The report's name and its verbs. */
export function BuilderHeader(props: BuilderHeaderProps) {
  const { name, spec, runnable, record, changed, asOf, onAsOf, onChange, onRevert, undo, redo } = props;
  const [dialog, setDialog] = useState<"save" | "copy" | "share" | null>(null);
  const [busy, setBusy] = useState(false);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const mine = mayChange(record);
  const title = spec.title || "New report";
  const empty = spec.values.length === 0 ? "Add a measure first: a report shows at least one number" : undefined;
  const whyNotShare = !record ? "Save the report first" : mine ? undefined : "Only its owner can share it";
  const narrow = useNarrow();
  useUndoKeys(undo, redo);
  // The tab is named after the report.
  useEffect(() => {
    document.title = `${title} · Leadhouse`;
  }, [title]);

  const save = async () => {
    if (!record || !mine) return setDialog(record ? "copy" : "save");
    setBusy(true);
    try {
      await updateRecord(
        SAVED,
        record,
        savedFields(spec, spec.title || textOf(record, "name"), spec.description ?? ""),
      );
      forgetDraft(name);
      await queries.invalidateQueries({ queryKey: keys.table(SAVED) });
      say("Saved", title);
    } catch (thrown) {
      sayProblem("It could not be saved; your changes are kept in this tab", thrown);
    } finally {
      setBusy(false);
    }
  };
  const remove = async () => {
    if (!record) return;
    try {
      await deleteRecord(SAVED, record);
      forgetDraft(name);
      await queries.invalidateQueries({ queryKey: keys.table(SAVED) });
      void navigate(links.reports());
      sayWithUndo(
        `Deleted ${title}`,
        () =>
          void restoreRecord(SAVED, record.id).then(() => queries.invalidateQueries({ queryKey: keys.table(SAVED) })),
      );
    } catch (thrown) {
      sayProblem("It could not be deleted", thrown);
    }
  };

  return (
    <header className={css.header}>
      <div className={css.title}>
        <h1 className="visually-hidden">{title}</h1>
        <input
          className={css.titleInput}
          aria-label="Name of the report"
          placeholder="New report"
          value={spec.title ?? ""}
          maxLength={200}
          onChange={(event) => onChange({ ...spec, title: event.target.value })}
        />
        {changed && <Badge tone="warn">Not saved</Badge>}
        {asOf && <Badge tone="info">As of {formatDate(asOf)}</Badge>}
      </div>
      <div className={css.verbs}>
        <IconButton label="Undo" reason={undo ? undefined : "Nothing to undo"} onClick={undo}>
          <Undo2 aria-hidden />
        </IconButton>
        <IconButton label="Redo" reason={redo ? undefined : "Nothing to redo"} onClick={redo}>
          <Redo2 aria-hidden />
        </IconButton>
        <AsOf asOf={asOf} onAsOf={onAsOf} brief={narrow} />
        <ExportMenu spec={runnable} asOf={asOf} />
        {!narrow && (
          <Button icon={<Share2 size={15} aria-hidden />} reason={whyNotShare} onClick={() => setDialog("share")}>
            Share
          </Button>
        )}
        <Button
          variant="primary"
          icon={<Save size={15} aria-hidden />}
          busy={busy}
          reason={empty ?? (record && mine && !changed ? "Everything is saved" : undefined)}
          onClick={() => void save()}
        >
          Save
        </Button>
        <Menu
          trigger={
            <IconButton label="More">
              <Ellipsis aria-hidden />
            </IconButton>
          }
        >
          <MenuItem
            icon={<CopyPlus size={15} aria-hidden />}
            disabled={empty !== undefined}
            onSelect={() => setDialog("copy")}
          >
            Save as…
          </MenuItem>
          {narrow && (
            <MenuItem
              icon={<Share2 size={15} aria-hidden />}
              disabled={whyNotShare !== undefined}
              onSelect={() => setDialog("share")}
            >
              Share…
            </MenuItem>
          )}
          <MenuItem icon={<RotateCcw size={15} aria-hidden />} disabled={!changed} onSelect={onRevert}>
            Back to what is saved
          </MenuItem>
          <MenuItem
            icon={<Send size={15} aria-hidden />}
            disabled={name === "new"}
            onSelect={() => void navigate(links.newSchedule({ kind: "report", subject: name }))}
          >
            Schedule by e-mail…
          </MenuItem>
          {record && mine && (
            <>
              <MenuSeparator />
              <MenuItem icon={<Trash2 size={15} aria-hidden />} danger onSelect={() => void remove()}>
                Delete
              </MenuItem>
            </>
          )}
        </Menu>
      </div>
      {(dialog === "save" || dialog === "copy") && (
        <SaveDialog draft={name} spec={spec} copy={dialog === "copy"} onClose={() => setDialog(null)} />
      )}
      {dialog === "share" && record && <ShareDialog table={SAVED} record={record} onClose={() => setDialog(null)} />}
    </header>
  );
}

function AsOf({ asOf, onAsOf, brief }: { asOf: string; onAsOf: (day: string) => void; brief: boolean }) {
  return (
    <Popover
      label="As of"
      align="end"
      width={260}
      trigger={
        brief ? (
          <IconButton label="As of" variant="secondary">
            <CalendarClock aria-hidden />
          </IconButton>
        ) : (
          <Button icon={<CalendarClock size={15} aria-hidden />}>{asOf ? formatDate(asOf) : "Now"}</Button>
        )
      }
    >
      <div className={css.asOf}>
        <Field label="As of the end of" help="The report as it would have read that day.">
          {(control) => (
            <Input
              {...control}
              type="date"
              value={asOf}
              max={isoToday()}
              onChange={(event) => onAsOf(event.target.value)}
            />
          )}
        </Field>
        <Button disabled={asOf === ""} onClick={() => onAsOf("")}>
          Back to now
        </Button>
      </div>
    </Popover>
  );
}

/** Ctrl-Z and Ctrl-Shift-Z, unless the keys are meant for a text being typed. */
function useUndoKeys(undo: (() => void) | undefined, redo: (() => void) | undefined): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof HTMLElement && event.target.matches("input, textarea, select, [contenteditable=true]");
      if (typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
      const verb = event.shiftKey ? redo : undo;
      if (!verb) return;
      event.preventDefault();
      verb();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [undo, redo]);
}
