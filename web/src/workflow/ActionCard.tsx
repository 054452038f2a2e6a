import { ArrowDown, ArrowUp, X } from "lucide-react";
import type { ObjectDef } from "@/api/catalog.ts";
import { IconButton } from "@/ui/Button.tsx";
import { type ActionDraft, KINDS, kindReason } from "./actions.ts";
import { AddTagsFields } from "./AddTagsFields.tsx";
import { CreateTaskFields } from "./CreateTaskFields.tsx";
import type { Faults } from "./faults.ts";
import { NotifyFields } from "./NotifyFields.tsx";
import { SetFieldsFields } from "./SetFieldsFields.tsx";
import css from "./Workflow.module.css";

interface ActionCardProps {
  object: ObjectDef;
  action: ActionDraft;
  number: number;
  last: boolean;
  faults: Faults;
  onChange: (action: ActionDraft) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

/** One action with its place and its fields. */
export function ActionCard({ number, last, onMove, onRemove, ...action }: ActionCardProps) {
  const { kind, key } = action.action;
  const title = KINDS.find((known) => known.kind === kind)?.label ?? kind;
  const fault = action.faults[key] ?? kindReason(kind, action.object);
  return (
    <li className={css.action}>
      <section aria-label={`Action ${number}: ${title}`}>
        <header className={css.head}>
          <h3>
            {number}. {title}
          </h3>
          <IconButton
            label={`Move action ${number} up`}
            size="s"
            reason={number === 1 ? "It is the first." : undefined}
            onClick={() => onMove(-1)}
          >
            <ArrowUp aria-hidden />
          </IconButton>
          <IconButton
            label={`Move action ${number} down`}
            size="s"
            reason={last ? "It is the last." : undefined}
            onClick={() => onMove(1)}
          >
            <ArrowDown aria-hidden />
          </IconButton>
          <IconButton label={`Remove action ${number}`} size="s" onClick={onRemove}>
            <X aria-hidden />
          </IconButton>
        </header>
        <ActionFields {...action} />
        {fault && <p className={css.fault}>{fault}</p>}
      </section>
    </li>
  );
}

function ActionFields({
  object,
  action,
  faults,
  onChange,
}: Pick<ActionCardProps, "object" | "action" | "faults" | "onChange">) {
  const fault = (part: string) => faults[`${action.key}/${part}`];
  switch (action.kind) {
    case "set_fields":
      return <SetFieldsFields object={object} action={action} fault={fault} onChange={onChange} />;
    case "create_task":
      return <CreateTaskFields action={action} fault={fault} onChange={onChange} />;
    case "notify":
      return <NotifyFields action={action} fault={fault} onChange={onChange} />;
    case "add_tags":
      return <AddTagsFields action={action} fault={fault} onChange={onChange} />;
  }
}
