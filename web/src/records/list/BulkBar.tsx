import { Merge, Pencil, Send, Trash2, UserRoundPlus, X } from "lucide-react";
import { useState } from "react";
import { fieldOf, type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { type BulkChange, startBulk } from "@/api/jobs.ts";
import { formatCount } from "@/format/format.ts";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Confirm } from "@/ui/Confirm.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import { compared, MAX_MERGED } from "../duplicates/duplicatesApi.ts";
import { MergeDialog } from "../duplicates/MergeDialog.tsx";
import { MailDialog } from "../mail/MailDialog.tsx";
import { WRITTEN_TO, writeToManyReason } from "../mail/recipient.ts";
import { deleteReason, updateReason } from "../permissions.ts";
import css from "./BulkBar.module.css";
import { BulkEditDialog } from "./BulkEditDialog.tsx";
import { ExportMenu } from "./ExportMenu.tsx";
import type { Selection } from "./useSelection.ts";
import type { ListView } from "./view.ts";

export interface BulkBarProps {
  object: ObjectDef;
  view: ListView;
  selection: Selection;
  total: number | null;
  loaded: number;
}

/** What can be done with everything that is ticked; floats above the rows. */
export function BulkBar({ object, view, selection, total, loaded }: BulkBarProps) {
  const [asking, setAsking] = useState<"assign" | "edit" | "mail" | "delete" | "merge" | null>(null);
  const [busy, setBusy] = useState(false);
  const activities = useCatalog().byTable("activities");
  const count = selection.count(total);
  const many = formatCount(count, object.label.toLowerCase(), object.plural_label.toLowerCase());
  const started = () => {
    say(`${many}: started`, "The progress is behind the list sign at the top.");
    selection.clear();
    setAsking(null);
  };
  const start = async (change: BulkChange) => {
    setBusy(true);
    try {
      await startBulk(object.table, change, selection.selected(total));
      started();
    } catch (thrown) {
      sayProblem("It was not started", thrown);
    } finally {
      setBusy(false);
    }
  };
  const more = !selection.matching && selection.all && total !== null && total > loaded;
  return (
    <div className={css.bar} role="toolbar" aria-label="With the selected rows">
      <span className={css.count} role="status">
        {selection.matching ? `All ${many}` : `${many} selected`}
      </span>
      {more && (
        <Button size="s" variant="ghost" onClick={selection.selectMatching}>
          Select all {formatCount(total, object.label.toLowerCase(), object.plural_label.toLowerCase())}
        </Button>
      )}
      <span className={css.verbs}>
        {fieldOf(object, "owner_id") && (
          <Button
            size="s"
            icon={<UserRoundPlus aria-hidden />}
            reason={updateReason(object)}
            onClick={() => setAsking("assign")}
          >
            Assign
          </Button>
        )}
        <Button size="s" icon={<Pencil aria-hidden />} reason={updateReason(object)} onClick={() => setAsking("edit")}>
          Edit field
        </Button>
        {WRITTEN_TO.has(object.table) && (
          <Button
            size="s"
            icon={<Send aria-hidden />}
            reason={writeToManyReason(object, count, activities)}
            onClick={() => setAsking("mail")}
          >
            Send e-mail
          </Button>
        )}
        <ExportMenu object={object} view={view} ids={selection.matching ? undefined : [...selection.ids]} />
        {compared(object.table) && (
          <Button
            size="s"
            icon={<Merge aria-hidden />}
            reason={
              count < 2 || count > MAX_MERGED || selection.matching
                ? `Tick 2 to ${MAX_MERGED} rows that are the same`
                : (updateReason(object) ?? deleteReason(object))
            }
            onClick={() => setAsking("merge")}
          >
            Merge
          </Button>
        )}
        <Button
          size="s"
          icon={<Trash2 aria-hidden />}
          reason={deleteReason(object)}
          onClick={() => setAsking("delete")}
        >
          Delete
        </Button>
      </span>
      <IconButton size="s" label="Select none" onClick={selection.clear}>
        <X aria-hidden />
      </IconButton>
      {(asking === "assign" || asking === "edit") && (
        <BulkEditDialog
          object={object}
          many={many}
          only={asking === "assign" ? "owner_id" : undefined}
          busy={busy}
          onStart={(set) => void start({ action: "update", set })}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === "mail" && (
        <MailDialog
          object={object}
          many={many}
          selected={selection.selected(total)}
          onStarted={started}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === "merge" && (
        <MergeDialog
          object={object}
          ids={[...selection.ids]}
          onClose={() => setAsking(null)}
          onMerged={() => {
            setAsking(null);
            selection.clear();
          }}
        />
      )}
      <Confirm
        open={asking === "delete"}
        title={`Delete ${many}?`}
        description="They go to the bin. You can take this back for 30 days, from the jobs at the top of the page."
        verb={`Delete ${many}`}
        busy={busy}
        onConfirm={() => void start({ action: "delete" })}
        onClose={() => setAsking(null)}
      />
    </div>
  );
}
