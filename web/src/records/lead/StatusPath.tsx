import { useState } from "react";
import type { ObjectDef } from "@/api/catalog.ts";
import { type CrmRecord, type FieldValue, textOf } from "@/api/records.ts";
import { useSession } from "@/api/session.ts";
import { formatChoice } from "@/format/format.ts";
import { sayProblem } from "@/ui/toast.tsx";
import { updateReason } from "../permissions.ts";
import css from "../record/StagePath.module.css";
import { useUpdate } from "../writes.ts";
import { MissingFields } from "./MissingFields.tsx";
import { type LeadStatus, missingFields, stepReason, useLeadStatuses } from "./statuses.ts";

const MANAGERS = ["admin", "manager"];

/** The statuses of a lead; pressing one moves it there, asking for what that status needs. */
export function StatusPath({
  object,
  record,
  onConvert,
}: {
  object: ObjectDef;
  record: CrmRecord;
  onConvert: () => void;
}) {
  const statuses = useLeadStatuses().data ?? [];
  const role = useSession()?.user.role ?? "";
  const update = useUpdate(object, record);
  const [asking, setAsking] = useState<LeadStatus | null>(null);
  const position = statuses.findIndex((status) => status.name === record.status);
  const current = statuses[position];
  const move = (status: LeadStatus, fields: Record<string, FieldValue>) =>
    update.mutate(
      { ...fields, status: status.name },
      { onError: (thrown) => sayProblem("The status was not changed", thrown) },
    );
  const press = (status: LeadStatus) => {
    if (status.category === "converted") onConvert();
    else if (missingFields(record, status).length > 0) setAsking(status);
    else move(status, {});
  };
  return (
    <div className={css.path} role="group" aria-label="Status">
      {statuses.map((status, place) => {
        const reason = updateReason(object) ?? stepReason(current, status, MANAGERS.includes(role));
        return (
          <button
            key={status.name}
            type="button"
            className={css.stage}
            aria-pressed={place === position}
            data-state={stateOf(status, place, position, current)}
            disabled={update.isPending}
            title={reason}
            aria-disabled={reason !== undefined || undefined}
            onClick={() => {
              if (reason === undefined && place !== position) press(status);
            }}
          >
            {formatChoice(status.name)}
          </button>
        );
      })}
      {asking && (
        <MissingFields
          object={object}
          names={missingFields(record, asking)}
          title={`${formatChoice(asking.name)}: what it needs`}
          description={textOf(record, "name")}
          onClose={() => setAsking(null)}
          onFilled={(fields) => {
            move(asking, fields);
            setAsking(null);
          }}
        />
      )}
    </div>
  );
}

function stateOf(status: LeadStatus, place: number, position: number, current: LeadStatus | undefined): string {
  if (place === position) return { converted: "won", lost: "lost" }[status.category] ?? "current";
  return status.category === "open" && current?.category !== "lost" && place < position ? "passed" : "ahead";
}
