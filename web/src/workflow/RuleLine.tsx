import { Ellipsis, Pencil, ScrollText, Trash2 } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { type CrmRecord, textOf, updateRecord } from "@/api/records.ts";
import { links } from "@/links.ts";
import { deleteReason, updateReason } from "@/records/permissions.ts";
import { deleteWithUndo, refresh } from "@/records/writes.ts";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Confirm } from "@/ui/Confirm.tsx";
import { Menu, MenuItem, MenuSeparator } from "@/ui/Menu.tsx";
import { Switch } from "@/ui/Switch.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import { Author } from "./Author.tsx";
import { draftOf } from "./draft.ts";
import { sentence } from "./sentence.ts";
import { RULES } from "./workflow.ts";
import css from "./Workflow.module.css";

/** One rule with its verbs. */
export function RuleLine({ object, record, onRuns }: { object: ObjectDef; record: CrmRecord; onRuns: () => void }) {
  const catalog = useCatalog();
  const navigate = useNavigate();
  const [leaving, setLeaving] = useState(false);
  const name = textOf(record, "name");
  const change = async (active: boolean) => {
    try {
      await updateRecord(RULES, record, { active });
      say(active ? `${name} is on` : `${name} is off`);
    } catch (thrown) {
      sayProblem("It was not changed", thrown);
    }
    await refresh(RULES);
  };
  return (
    <li className={css.line}>
      <div className={css.what}>
        <Link to={links.workflowRule(record.id)}>{name}</Link>
        <span>{sentence(catalog, draftOf(catalog, record))}</span>
        <span className={css.author}>
          <Author id={textOf(record, "author_id")} />
        </span>
      </div>
      <div className={css.verbs}>
        <Switch
          label={name}
          checked={record.active === true}
          reason={updateReason(object)}
          onChange={(active) => void change(active)}
        />
        <Button size="s" icon={<ScrollText aria-hidden />} onClick={onRuns}>
          Runs
        </Button>
        <Menu
          trigger={
            <IconButton label={`More for ${name}`}>
              <Ellipsis aria-hidden />
            </IconButton>
          }
        >
          <MenuItem icon={<Pencil aria-hidden />} onSelect={() => void navigate(links.workflowRule(record.id))}>
            {updateReason(object) === undefined ? "Edit rule" : "Look at rule"}
          </MenuItem>
          <MenuSeparator />
          <MenuItem
            danger
            icon={<Trash2 aria-hidden />}
            disabled={deleteReason(object) !== undefined}
            {...(deleteReason(object) ? { hint: "not with your role" } : {})}
            onSelect={() => setLeaving(true)}
          >
            Delete rule
          </MenuItem>
        </Menu>
      </div>
      <Confirm
        open={leaving}
        title={`Delete ${name}?`}
        description="It acts no more. What it has done stays as it is."
        verb="Delete"
        onConfirm={() => {
          setLeaving(false);
          void deleteWithUndo(object, record);
        }}
        onClose={() => setLeaving(false)}
      />
    </li>
  );
}
