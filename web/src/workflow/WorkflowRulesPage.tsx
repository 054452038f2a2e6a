import { useQuery } from "@tanstack/react-query";
import { Plus, Zap } from "lucide-react";
import { useSearchParams } from "react-router";
import { type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { Problem } from "@/api/problem.ts";
import { textOf } from "@/api/records.ts";
import { links } from "@/links.ts";
import { createReason } from "@/records/permissions.ts";
import { Button, LinkButton } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { Examples } from "./Examples.tsx";
import { RuleLine } from "./RuleLine.tsx";
import { RunsDrawer } from "./Runs.tsx";
import { MOST_RULES, RULES, rulesQuery } from "./workflow.ts";
import css from "./Workflow.module.css";

/** What happens by itself when records change. */
export default function WorkflowRulesPage() {
  const object = useCatalog().byTable(RULES);
  if (object) return <Rules object={object} />;
  return (
    <>
      <PageHeader title="Workflow rules" />
      <ProblemState error={new Problem(403, { detail: "Your role does not see workflow rules." })} />
    </>
  );
}

function Rules({ object }: { object: ObjectDef }) {
  const { data, error, refetch } = useQuery(rulesQuery);
  const [parameters, setParameters] = useSearchParams();
  const chosen = data?.find(({ id }) => id === parameters.get("runs"));
  const reason = createReason(object);
  return (
    <>
      <PageHeader
        title="Workflow rules"
        subtitle="What happens by itself when records change. Rules that start at the same moment act in this order."
        actions={
          reason === undefined ? (
            <LinkButton to={links.newWorkflowRule()} variant="primary" icon={<Plus size={16} aria-hidden />}>
              New rule
            </LinkButton>
          ) : (
            <Button variant="primary" icon={<Plus aria-hidden />} reason={reason}>
              New rule
            </Button>
          )
        }
      />
      <div className={css.list}>
        {error && <ProblemState error={error} onRetry={() => void refetch()} />}
        {!data && !error && <SkeletonRows />}
        {data?.length === 0 && (
          <>
            <EmptyState icon={<Zap />} title="Nothing happens by itself yet">
              Have tasks made, fields set and people told as soon as a record is as it should be.
              {reason === undefined && " Begin with one of these."}
            </EmptyState>
            {reason === undefined && <Examples />}
          </>
        )}
        <ul className={css.lines}>
          {data?.map((record) => (
            <RuleLine
              key={record.id}
              object={object}
              record={record}
              onRuns={() => setParameters({ runs: record.id })}
            />
          ))}
        </ul>
        {data?.length === MOST_RULES && <p className={css.quiet}>The first {MOST_RULES} rules are shown.</p>}
      </div>
      {chosen && <RunsDrawer rule={chosen.id} name={textOf(chosen, "name")} onClose={() => setParameters({})} />}
    </>
  );
}
