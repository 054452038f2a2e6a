import type { CrmRecord } from "@/api/records.ts";
import { daysInStage } from "@/board/dealAge.ts";
import { useStuck } from "@/board/stages.ts";
import { Badge } from "@/ui/Badge.tsx";

/** Says that a deal has been in its stage for longer than the stage allows. */
export function StuckBadge({ deal }: { deal: CrmRecord }) {
  if (!useStuck(deal)) return null;
  return <Badge tone="danger">Stuck for {daysInStage(deal)} days</Badge>;
}
