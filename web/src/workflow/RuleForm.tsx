import { type ReactNode, useState } from "react";
import { useNavigate } from "react-router";
import { type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { asProblem } from "@/api/problem.ts";
import { type CrmRecord, createRecord, textOf, updateRecord } from "@/api/records.ts";
import { links } from "@/links.ts";
import { focusFirstError } from "@/records/form/focusFirstError.ts";
import { FilterGroup } from "@/records/list/FilterGroup.tsx";
import { createReason, updateReason } from "@/records/permissions.ts";
import { refresh } from "@/records/writes.ts";
import { Button } from "@/ui/Button.tsx";
import { Card } from "@/ui/Card.tsx";
import { say } from "@/ui/toast.tsx";
import { ActionList } from "./ActionList.tsx";
import { Author } from "./Author.tsx";
import { fieldsOf, type RuleDraft } from "./draft.ts";
import { type Faults, faultsOf, missingParts, TOP } from "./faults.ts";
import { sentence } from "./sentence.ts";
import { WhenFields } from "./WhenFields.tsx";
import { RULES } from "./workflow.ts";
import css from "./Workflow.module.css";

export interface RuleFormProps {
  rules: ObjectDef;
  initial: RuleDraft;
  record: CrmRecord | null;
  after?: ReactNode;
}

/** What a rule watches, when it acts and what it does, with all of it in words beside. */
export function RuleForm({ rules, initial, record, after }: RuleFormProps) {
  const catalog = useCatalog();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(initial);
  const [faults, setFaults] = useState<Faults>({});
  const [busy, setBusy] = useState(false);
  const object = catalog.byName(draft.object);
  const set = (change: Partial<RuleDraft>) => setDraft({ ...draft, ...change });
  const save = async (form: HTMLFormElement) => {
    const missing = missingParts(draft, object);
    setFaults(missing);
    if (!object || Object.keys(missing).length > 0) return focusFirstError(form);
    setBusy(true);
    try {
      const fields = fieldsOf(draft, object);
      const kept = record
        ? await updateRecord(RULES, record, fields)
        : await createRecord(RULES, { ...fields, active: true });
      await refresh(RULES);
      say("Saved", draft.name);
      if (!record) void navigate(links.workflowRule(kept.id), { replace: true });
    } catch (thrown) {
      const problem = asProblem(thrown);
      setFaults(problem.refused.length > 0 ? faultsOf(problem.refused, draft.actions) : { [TOP]: problem.message });
      focusFirstError(form);
    } finally {
      setBusy(false);
    }
  };
  const reason = record ? updateReason(rules) : createReason(rules);
  return (
    <div className={css.page}>
      <form
        className={css.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (reason === undefined && !busy) void save(event.currentTarget);
        }}
      >
        {Object.keys(faults).length > 0 && (
          <p className={css.summary} role="alert">
            <strong>It was not saved.</strong> {faults[TOP] ?? "Look at the marked parts."}
          </p>
        )}
        <Card title="When">
          <WhenFields draft={draft} faults={faults} onChange={setDraft} />
        </Card>
        {object && (
          <>
            <Card title="Only if">
              <div className={css.part}>
                <p className={css.quiet}>
                  Without conditions it acts on every {object.label.toLowerCase()}. Conditions without a value are left
                  out.
                </p>
                <FilterGroup
                  key={object.name}
                  object={object}
                  group={draft.conditions}
                  level={1}
                  onChange={(conditions) => set({ conditions })}
                />
                {faults.conditions && <p className={css.fault}>{faults.conditions}</p>}
              </div>
            </Card>
            <Card title="What happens">
              <ActionList
                object={object}
                actions={draft.actions}
                faults={faults}
                onChange={(actions) => set({ actions })}
              />
            </Card>
          </>
        )}
        <div className={css.submit}>
          <Button onClick={() => void navigate(links.workflowRules())}>Cancel</Button>
          <Button type="submit" variant="primary" busy={busy} reason={reason}>
            {record ? "Save" : "Create rule"}
          </Button>
        </div>
      </form>
      <div className={css.side}>
        <Card title="In words">
          <div className={css.part}>
            <p>{sentence(catalog, draft)}.</p>
            <p className={css.quiet}>
              {record && (
                <>
                  <Author id={textOf(record, "author_id")} />.{" "}
                </>
              )}
              A rule acts with the rights of whoever decided what it does.
            </p>
          </div>
        </Card>
        {after}
      </div>
    </div>
  );
}
