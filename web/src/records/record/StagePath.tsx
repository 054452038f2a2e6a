import { useState } from "react";
import type { ObjectDef } from "@/api/catalog.ts";
import { type CrmRecord, textOf } from "@/api/records.ts";
import { LostReasonDialog } from "@/board/LostReasonDialog.tsx";
import { useStages } from "@/board/stages.ts";
import { sayProblem } from "@/ui/toast.tsx";
import { updateReason } from "../permissions.ts";
import { useUpdate } from "../writes.ts";
import css from "./StagePath.module.css";

/** The stages of a deal's pipeline; pressing one moves the deal there. */
export function StagePath({ object, record }: { object: ObjectDef; record: CrmRecord }) {
  const stages = useStages(textOf(record, "pipeline_id")).data ?? [];
  const update = useUpdate(object, record);
  const [losingTo, setLosingTo] = useState<string | null>(null);
  const current = stages.findIndex((stage) => stage.id === record.stage_id);
  const reason = updateReason(object);
  const move = (stageId: string, lostReason?: string) => {
    update.mutate(
      { stage_id: stageId, ...(lostReason === undefined ? {} : { lost_reason: lostReason || null }) },
      { onError: (thrown) => sayProblem("The deal was not moved", thrown) },
    );
  };
  return (
    <div className={css.path} role="group" aria-label="Stage">
      {stages.map((stage, position) => (
        <button
          key={stage.id}
          type="button"
          className={css.stage}
          aria-pressed={position === current}
          data-state={
            stage.category === "open"
              ? stages[current]?.category !== "lost" && position < current
                ? "passed"
                : position === current
                  ? "current"
                  : "ahead"
              : position === current
                ? stage.category
                : "ahead"
          }
          disabled={update.isPending}
          title={reason}
          aria-disabled={reason !== undefined || undefined}
          onClick={() => {
            if (reason !== undefined || position === current) return;
            if (stage.category === "lost") setLosingTo(stage.id);
            else move(stage.id);
          }}
        >
          {stage.name}
        </button>
      ))}
      {losingTo && (
        <LostReasonDialog
          deal={textOf(record, "name")}
          onClose={() => setLosingTo(null)}
          onLost={(lostReason) => {
            move(losingTo, lostReason);
            setLosingTo(null);
          }}
        />
      )}
    </div>
  );
}
