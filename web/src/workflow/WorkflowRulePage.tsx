import { useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { Problem } from "@/api/problem.ts";
import { type CrmRecord, textOf } from "@/api/records.ts";
import { links } from "@/links.ts";
import { deleteReason } from "@/records/permissions.ts";
import { deleteWithUndo } from "@/records/writes.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { Card } from "@/ui/Card.tsx";
import { Confirm } from "@/ui/Confirm.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { PageSkeleton } from "@/ui/Skeleton.tsx";
import { draftOf } from "./draft.ts";
import { Examples } from "./Examples.tsx";
import { startOf } from "./examples.ts";
import { RuleForm } from "./RuleForm.tsx";
import { Runs } from "./Runs.tsx";
import { RULES, ruleQuery } from "./workflow.ts";

/** A new rule, or one with what it did. */
export default function WorkflowRulePage() {
  const { id } = useParams();
  const [parameters] = useSearchParams();
  const rules = useCatalog().byTable(RULES);
  const reads = rules !== undefined && id !== undefined;
  const { data: record, error, refetch } = useQuery({ ...ruleQuery(id ?? ""), enabled: reads });
  const failure = rules ? error : new Problem(403, { detail: "Your role does not see workflow rules." });
  if (!rules || failure)
    return (
      <>
        <PageHeader title="Workflow rule" />
        <ProblemState error={failure} onRetry={() => void refetch()} />
      </>
    );
  if (id !== undefined)
    return record ? <Existing key={record.version} rules={rules} record={record} /> : <PageSkeleton />;
  const example = parameters.get("example");
  return (
    <>
      <PageHeader title="New workflow rule" subtitle="What it watches, when it acts, and what it does." />
      <RuleForm
        key={example}
        rules={rules}
        initial={startOf(example)}
        record={null}
        after={
          <Card title="Examples">
            <Examples />
          </Card>
        }
      />
    </>
  );
}

function Existing({ rules, record }: { rules: ObjectDef; record: CrmRecord }) {
  const catalog = useCatalog();
  const navigate = useNavigate();
  const [leaving, setLeaving] = useState(false);
  const name = textOf(record, "name");
  const remove = async () => {
    setLeaving(false);
    if (await deleteWithUndo(rules, record)) void navigate(links.workflowRules());
  };
  return (
    <>
      <PageHeader
        title={name}
        after={
          record.active === true ? (
            <Badge tone="good" dot>
              On
            </Badge>
          ) : (
            <Badge tone="warn">Off</Badge>
          )
        }
        actions={
          <Button
            variant="ghost"
            icon={<Trash2 size={15} aria-hidden />}
            reason={deleteReason(rules)}
            onClick={() => setLeaving(true)}
          >
            Delete
          </Button>
        }
      />
      <RuleForm
        rules={rules}
        initial={draftOf(catalog, record)}
        record={record}
        after={
          <Card title="Runs">
            <Runs rule={record.id} />
          </Card>
        }
      />
      <Confirm
        open={leaving}
        title={`Delete ${name}?`}
        description="It acts no more. What it has done stays as it is."
        verb="Delete"
        onConfirm={() => void remove()}
        onClose={() => setLeaving(false)}
      />
    </>
  );
}
