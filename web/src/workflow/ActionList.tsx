import { Plus } from "lucide-react";
import type { ObjectDef } from "@/api/catalog.ts";
import { Button } from "@/ui/Button.tsx";
import { Menu, MenuItem } from "@/ui/Menu.tsx";
import { ActionCard } from "./ActionCard.tsx";
import { type ActionDraft, emptyAction, KINDS, kindReason, MOST_ACTIONS, moved } from "./actions.ts";
import type { Faults } from "./faults.ts";
import css from "./Workflow.module.css";

/** What a rule does, one after the other. */
export function ActionList({
  object,
  actions,
  faults,
  onChange,
}: {
  object: ObjectDef;
  actions: ActionDraft[];
  faults: Faults;
  onChange: (actions: ActionDraft[]) => void;
}) {
  const full = actions.length >= MOST_ACTIONS;
  const add = (
    <Button icon={<Plus aria-hidden />} reason={full ? `A rule does at most ${MOST_ACTIONS} things.` : undefined}>
      Add an action
    </Button>
  );
  return (
    <div className={css.part}>
      {actions.length === 0 && <p className={css.quiet}>It does nothing yet.</p>}
      <ol className={css.actions}>
        {actions.map((action, position) => (
          <ActionCard
            key={action.key}
            object={object}
            action={action}
            number={position + 1}
            last={position === actions.length - 1}
            faults={faults}
            onChange={(next) => onChange(actions.with(position, next))}
            onMove={(by) => onChange(moved(actions, position, by))}
            onRemove={() => onChange(actions.toSpliced(position, 1))}
          />
        ))}
      </ol>
      {faults.actions && <p className={css.fault}>{faults.actions}</p>}
      <div>
        {full ? (
          add
        ) : (
          <Menu trigger={add} align="start">
            {KINDS.map(({ kind, label }) => {
              const reason = kindReason(kind, object);
              return (
                <MenuItem
                  key={kind}
                  disabled={reason !== undefined}
                  {...(reason ? { hint: reason } : {})}
                  onSelect={() => onChange([...actions, emptyAction(kind)])}
                >
                  {label}
                </MenuItem>
              );
            })}
          </Menu>
        )}
      </div>
    </div>
  );
}
