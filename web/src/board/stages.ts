import { useQuery } from "@tanstack/react-query";
import { keys } from "@/api/keys.ts";
import { type CrmRecord, listRecords, textOf } from "@/api/records.ts";

export interface Stage {
  id: string;
  name: string;
  category: "open" | "won" | "lost";
  probability: number;
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

function stageOf(record: CrmRecord): Stage {
  const category = record.category === "won" || record.category === "lost" ? record.category : "open";
  return { id: record.id, name: textOf(record, "name"), category, probability: Number(record.probability ?? 0) };
}
