import { useQuery } from "@tanstack/react-query";
import { keys } from "@/api/keys.ts";
import { type CrmRecord, listRecords, textOf } from "@/api/records.ts";
import { daysInStage, STUCK_DAYS } from "./dealAge.ts";

export interface Stage {
  id: string;
  name: string;
  category: "open" | "won" | "lost";
  probability: number;
  /** Days after which a deal in it is stuck. */
  dayLimit: number;
}

const MAX_STAGES = 100;

/** The stages of a pipeline in their order. */
export function useStages(pipelineId: string) {
  const ask = {
    filters: [{ field: "pipeline_id", operator: "eq" as const, value: pipelineId }],
    sort: "position",
    limit: MAX_STAGES,
  };
  return useQuery({
    queryKey: keys.list("stages", ask),
    queryFn: ({ signal }) => listRecords("stages", ask, signal),
    select: (page) => page.items.map(stageOf),
    enabled: pipelineId !== "",
    staleTime: 5 * 60_000,
  });
}

export function usePipelines() {
  const ask = { sort: "name", limit: MAX_STAGES };
  return useQuery({
    queryKey: keys.list("pipelines", ask),
    queryFn: ({ signal }) => listRecords("pipelines", ask, signal),
    select: (page) => page.items,
    staleTime: 5 * 60_000,
  });
}

/** Whether an open deal has been in its stage for longer than the stage allows. */
export function useStuck(deal: CrmRecord): boolean {
  const stages = useStages(textOf(deal, "pipeline_id")).data ?? [];
  const limit = stages.find((stage) => stage.id === deal.stage_id)?.dayLimit ?? STUCK_DAYS;
  return deal.status === "open" && daysInStage(deal) >= limit;
}

function stageOf(record: CrmRecord): Stage {
  const category = record.category === "won" || record.category === "lost" ? record.category : "open";
  return {
    id: record.id,
    name: textOf(record, "name"),
    category,
    probability: Number(record.probability ?? 0),
    dayLimit: Number(record.day_limit ?? STUCK_DAYS),
  };
}
