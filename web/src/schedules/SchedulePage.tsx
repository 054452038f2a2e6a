import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Pause, Play, Send, Trash2 } from "lucide-react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { keys } from "@/api/keys.ts";
import { type CrmRecord, deleteRecord, restoreRecord, textOf, updateRecord } from "@/api/records.ts";
import { links } from "@/links.ts";
import { mayChange } from "@/reports/saved.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { PageSkeleton } from "@/ui/Skeleton.tsx";
import { say, sayProblem, sayWithUndo } from "@/ui/toast.tsx";
import { Deliveries } from "./Deliveries.tsx";
import { DELIVERIES, draftOf, newDraft, rhythmInWords, runNow, SCHEDULES, scheduleQuery } from "./schedule.ts";
import { ScheduleForm } from "./ScheduleForm.tsx";

/** A new schedule, or one with its history. */
export default function SchedulePage() {
  const { id } = useParams();
  const [parameters] = useSearchParams();
  const { data: record, error, refetch } = useQuery({ ...scheduleQuery(id ?? ""), enabled: id !== undefined });
  if (id === undefined) {
    const kind = parameters.get("kind") === "dashboard" ? "dashboard" : "report";
    return (
      <>
        <PageHeader title="New schedule" subtitle="What arrives by e-mail, when, and for whom." />
        <ScheduleForm initial={newDraft(kind, parameters.get("subject") ?? "")} record={null} />
      </>
    );
  }
  if (error)
    return (
      <>
        <PageHeader title="Schedule" />
        <ProblemState error={error} onRetry={() => void refetch()} />
      </>
    );
  return record ? <Existing key={record.version} record={record} /> : <PageSkeleton />;
}

function Existing({ record }: { record: CrmRecord }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const draft = draftOf(record);
  const active = record.active === true;
  const reason = mayChange(record) ? undefined : "Only its owner can do this";
  const attempt = async (what: string, work: () => Promise<unknown>, done: string) => {
    try {
      await work();
      await queries.invalidateQueries({ queryKey: keys.table(SCHEDULES) });
      await queries.invalidateQueries({ queryKey: keys.table(DELIVERIES) });
      say(done);
    } catch (thrown) {
      sayProblem(what, thrown);
    }
  };
  const remove = async () => {
    try {
      await deleteRecord(SCHEDULES, record);
      await queries.invalidateQueries({ queryKey: keys.table(SCHEDULES) });
      void navigate(links.schedules());
      sayWithUndo(
        `Deleted ${draft.name}`,
        () =>
          void restoreRecord(SCHEDULES, record.id).then(() =>
            queries.invalidateQueries({ queryKey: keys.table(SCHEDULES) }),
          ),
      );
    } catch (thrown) {
      sayProblem("It could not be deleted", thrown);
    }
  };
  return (
    <>
      <PageHeader
        title={textOf(record, "name")}
        after={
          active ? (
            <Badge tone="good" dot>
              Active
            </Badge>
          ) : (
            <Badge tone="warn">Paused</Badge>
          )
        }
        subtitle={rhythmInWords(draft)}
        actions={
          <>
            <Button
              variant="ghost"
              icon={<Trash2 size={15} aria-hidden />}
              reason={reason}
              onClick={() => void remove()}
            >
              Delete
            </Button>
            <Button
              icon={active ? <Pause size={15} aria-hidden /> : <Play size={15} aria-hidden />}
              reason={reason}
              onClick={() =>
                void attempt(
                  "It could not be changed",
                  () => updateRecord(SCHEDULES, record, { active: !active }),
                  active ? "Paused" : "Active again",
                )
              }
            >
              {active ? "Pause" : "Resume"}
            </Button>
            <Button
              variant="primary"
              icon={<Send size={15} aria-hidden />}
              reason={reason}
              onClick={() => void attempt("It could not be sent", () => runNow(record.id), "On its way")}
            >
              Run now
            </Button>
          </>
        }
      />
      <ScheduleForm initial={draft} record={record} after={<Deliveries schedule={record.id} />} />
    </>
  );
}
