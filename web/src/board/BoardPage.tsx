import { List, Plus } from "lucide-react";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { useCatalog } from "@/api/catalog.ts";
import { type CrmRecord, textOf } from "@/api/records.ts";
import { useSession } from "@/api/session.ts";
import { formatCount, formatMoneyCompact } from "@/format/format.ts";
import { links } from "@/links.ts";
import { createReason, updateReason } from "@/records/permissions.ts";
import { NotFoundPage } from "@/shell/NotFoundPage.tsx";
import { Button, LinkButton } from "@/ui/Button.tsx";
import { Select } from "@/ui/Field.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { Segments } from "@/ui/Segments.tsx";
import { PageSkeleton } from "@/ui/Skeleton.tsx";
import { Board } from "./Board.tsx";
import css from "./BoardPage.module.css";
import { LostReasonDialog } from "./LostReasonDialog.tsx";
import { type Stage, usePipelines, useStages } from "./stages.ts";
import { useBoard } from "./useBoard.ts";

const WHOSE = [
  { value: "all", label: "Everybody’s" },
  { value: "mine", label: "Mine" },
];

/** Deals in columns of stages. */
export default function BoardPage() {
  const object = useCatalog().byTable("deals");
  const [parameters, setParameters] = useSearchParams();
  const navigate = useNavigate();
  const me = useSession()?.user.id ?? null;
  const pipelines = usePipelines();
  const fallback = pipelines.data?.find((pipeline) => pipeline.is_default === true) ?? pipelines.data?.[0];
  const pipelineId = parameters.get("pipeline") ?? fallback?.id ?? "";
  const whose = parameters.get("whose") === "mine" ? "mine" : "all";
  const stages = useStages(pipelineId);
  const board = useBoard(pipelineId, whose === "mine" ? me : null);
  const [losing, setLosing] = useState<{ deal: CrmRecord; stage: Stage } | null>(null);
  if (!object) return <NotFoundPage />;
  const failed = pipelines.error ?? stages.error ?? board.open.error;
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(parameters);
    next.set(name, value);
    setParameters(next, { replace: true });
  };
  const move = (deal: CrmRecord, stage: Stage) => {
    if (deal.stage_id === stage.id) return;
    if (stage.category === "lost") setLosing({ deal, stage });
    else board.move.mutate({ deal, stage });
  };
  const openSum = (board.open.data?.items ?? []).reduce((sum, deal) => sum + Number(deal.amount ?? 0), 0);
  return (
    <div className={css.page}>
      <PageHeader
        title="Deals board"
        after={
          board.total !== null && (
            <span className={css.count}>
              {formatCount(board.total, "open deal", "open deals")} · {formatMoneyCompact(openSum)}
            </span>
          )
        }
        actions={
          <>
            {(pipelines.data?.length ?? 0) > 1 && (
              <Select
                aria-label="Pipeline"
                value={pipelineId}
                onChange={(event) => set("pipeline", event.target.value)}
              >
                {pipelines.data?.map((pipeline) => (
                  <option key={pipeline.id} value={pipeline.id}>
                    {textOf(pipeline, "name")}
                  </option>
                ))}
              </Select>
            )}
            <Segments label="Whose deals" value={whose} options={WHOSE} onChange={(value) => set("whose", value)} />
            <LinkButton to={links.list("deals")} icon={<List aria-hidden />}>
              List
            </LinkButton>
            <Button
              variant="primary"
              icon={<Plus aria-hidden />}
              reason={createReason(object)}
              onClick={() => void navigate(links.create("deals"))}
            >
              New deal
            </Button>
          </>
        }
      />
      {board.truncated && (
        <p className={css.truncated}>
          Only the {board.open.data?.items.length} largest open deals are shown; use the list for all of them.
        </p>
      )}
      {failed ? (
        <ProblemState
          error={failed}
          onRetry={() => void Promise.all([pipelines.refetch(), stages.refetch(), board.open.refetch()])}
        />
      ) : stages.data && board.open.data ? (
        <Board stages={stages.data} deals={board.deals} reason={updateReason(object)} onMove={move} />
      ) : (
        <PageSkeleton />
      )}
      {losing && (
        <LostReasonDialog
          deal={textOf(losing.deal, "name")}
          onClose={() => setLosing(null)}
          onLost={(lostReason) => {
            board.move.mutate({ ...losing, lostReason });
            setLosing(null);
          }}
        />
      )}
    </div>
  );
}
