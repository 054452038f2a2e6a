import { useMutation, useQuery } from "@tanstack/react-query";
import { keys } from "@/api/keys.ts";
import { queryClient } from "@/api/queryClient.ts";
import { type CrmRecord, type Filter, listRecords, type Page, updateRecord } from "@/api/records.ts";
import { refresh } from "@/records/writes.ts";
import { sayProblem, sayWithUndo } from "@/ui/toast.tsx";
import type { Stage } from "./stages.ts";

/** More open deals than this are a list's work, not a board's. */
const MAX_OPEN = 500;
const MAX_CLOSED = 60;

export interface Move {
  deal: CrmRecord;
  stage: Stage;
  lostReason?: string;
}

/** Open deals, and those that closed last. */
export function useBoard(pipelineId: string, ownerId: string | null) {
  const shared: Filter[] = [{ field: "pipeline_id", operator: "eq", value: pipelineId }];
  if (ownerId) shared.push({ field: "owner_id", operator: "eq", value: ownerId });
  const openAsk = {
    filters: [...shared, { field: "status", operator: "eq" as const, value: "open" }],
    sort: "-amount",
    limit: MAX_OPEN,
    total: true,
  };
  const closedAsk = {
    filters: [...shared, { field: "status", operator: "in" as const, value: "won,lost" }],
    sort: "-closed_on",
    limit: MAX_CLOSED,
  };
  const enabled = pipelineId !== "";
  const openKey = keys.list("deals", openAsk);
  const closedKey = keys.list("deals", closedAsk);
  const open = useQuery({ queryKey: openKey, queryFn: ({ signal }) => listRecords("deals", openAsk, signal), enabled });
  const closed = useQuery({
    queryKey: closedKey,
    queryFn: ({ signal }) => listRecords("deals", closedAsk, signal),
    enabled,
  });
  const deals = unique([...(open.data?.items ?? []), ...(closed.data?.items ?? [])]);

  const put = (deal: CrmRecord) => {
    for (const key of [openKey, closedKey]) {
      queryClient.setQueryData<Page>(
        key,
        (page) => page && { ...page, items: page.items.map((other) => (other.id === deal.id ? deal : other)) },
      );
    }
  };
  const move = useMutation({
    mutationFn: ({ deal, stage, lostReason }: Move) =>
      updateRecord("deals", deal, {
        stage_id: stage.id,
        ...(lostReason === undefined ? {} : { lost_reason: lostReason || null }),
      }),
    onMutate: async ({ deal, stage }) => {
      await queryClient.cancelQueries({ queryKey: keys.table("deals") });
      put({ ...deal, stage_id: stage.id, status: stage.category, stage_entered_at: new Date().toISOString() });
    },
    onError: (thrown, { deal }) => {
      put(deal);
      sayProblem(`“${String(deal.name)}” was not moved`, thrown);
      void refresh("deals");
    },
    onSuccess: (saved, { deal, stage }) => {
      put(saved);
      sayWithUndo(`“${String(deal.name)}” moved to ${stage.name}`, () => {
        updateRecord("deals", saved, { stage_id: deal.stage_id ?? null, lost_reason: deal.lost_reason ?? null }).then(
          () => refresh("deals"),
          (thrown: unknown) => sayProblem("The move was not taken back", thrown),
        );
      });
      void refresh("deals");
    },
  });
  return {
    open,
    closed,
    deals,
    total: open.data?.total ?? null,
    truncated: open.data !== undefined && open.data.next !== null,
    move,
  };
}

/** A deal that just closed may still be in both answers. */
function unique(deals: CrmRecord[]): CrmRecord[] {
  return [...new Map(deals.map((deal) => [deal.id, deal])).values()];
}
