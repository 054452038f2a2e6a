import { useQuery, useQueryClient } from "@tanstack/react-query";
import { CalendarClock, Pause, Play, Plus, Send } from "lucide-react";
import { Link } from "react-router";
import { keys } from "@/api/keys.ts";
import { type CrmRecord, textOf, updateRecord } from "@/api/records.ts";
import { formatCount, formatMoment } from "@/format/format.ts";
import { links } from "@/links.ts";
import { mayChange } from "@/reports/saved.ts";
import { Badge } from "@/ui/Badge.tsx";
import { IconButton, LinkButton } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import { DELIVERIES, draftOf, rhythmInWords, runNow, SCHEDULES, schedulesQuery, wordsOf } from "./schedule.ts";
import css from "./Schedules.module.css";
import { useSubjects } from "./useSubjects.ts";

/** Reports and dashboards that arrive by e-mail. */
export default function SchedulesPage() {
  const { data, error, refetch } = useQuery(schedulesQuery);
  const { titleOf } = useSubjects();
  return (
    <>
      <PageHeader
        title="Schedules"
        subtitle="Reports and dashboards that arrive by e-mail. Every recipient gets the numbers that they may see."
        actions={
          <LinkButton to={links.newSchedule()} variant="primary" icon={<Plus size={16} aria-hidden />}>
            New schedule
          </LinkButton>
        }
      />
      {error && <ProblemState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonRows />}
      {data?.length === 0 && (
        <EmptyState
          icon={<CalendarClock />}
          title="Nothing is sent by itself yet"
          action={
            <LinkButton to={links.newSchedule()} variant="primary">
              New schedule
            </LinkButton>
          }
        >
          Have the sales overview in your inbox every Monday morning.
        </EmptyState>
      )}
      <ul className={css.list}>
        {data?.map((record) => (
          <ScheduleLine
            key={record.id}
            record={record}
            title={titleOf(textOf(record, "subject_kind"), textOf(record, "subject"))}
          />
        ))}
      </ul>
    </>
  );
}

function ScheduleLine({ record, title }: { record: CrmRecord; title: string }) {
  const queries = useQueryClient();
  const draft = draftOf(record);
  const active = record.active === true;
  const reason = mayChange(record) ? undefined : "Only its owner can do this";
  const change = async () => {
    try {
      await updateRecord(SCHEDULES, record, { active: !active });
      await queries.invalidateQueries({ queryKey: keys.table(SCHEDULES) });
      say(active ? `${draft.name} is paused` : `${draft.name} runs again`);
    } catch (thrown) {
      sayProblem("It could not be changed", thrown);
    }
  };
  const send = async () => {
    try {
      await runNow(record.id);
      await queries.invalidateQueries({ queryKey: keys.table(DELIVERIES) });
      say("On its way", `${draft.name} goes to ${formatCount(draft.recipients.length, "recipient", "recipients")}`);
    } catch (thrown) {
      sayProblem("It could not be sent", thrown);
    }
  };
  return (
    <li className={css.line}>
      <Link to={links.schedule(record.id)} className={css.what}>
        <strong>{draft.name}</strong>
        <span>
          {title || draft.subject} · {rhythmInWords(draft)}
        </span>
      </Link>
      <span className={css.meta}>
        {wordsOf(record.formats).map((format) => (
          <Badge key={format}>{format.toUpperCase()}</Badge>
        ))}
        <span>{formatCount(draft.recipients.length, "recipient", "recipients")}</span>
      </span>
      <span className={css.next}>
        {active ? (
          <Badge tone="good" dot>
            {record.next_run_at ? `Next ${formatMoment(textOf(record, "next_run_at"))}` : "Active"}
          </Badge>
        ) : (
          <Badge tone="warn">Paused</Badge>
        )}
      </span>
      <span className={css.verbs}>
        <IconButton label={`Send ${draft.name} now`} reason={reason} onClick={() => void send()}>
          <Send aria-hidden />
        </IconButton>
        <IconButton
          label={active ? `Pause ${draft.name}` : `Resume ${draft.name}`}
          reason={reason}
          onClick={() => void change()}
        >
          {active ? <Pause aria-hidden /> : <Play aria-hidden />}
        </IconButton>
      </span>
    </li>
  );
}
