import { Link } from "react-router";
import { type CrmRecord, type ListRequest, textOf } from "@/api/records.ts";
import { useSession } from "@/api/session.ts";
import { formatAge, formatChoice } from "@/format/format.ts";
import { links } from "@/links.ts";
import { LinkedRecord } from "@/records/FieldText.tsx";
import { Badge } from "@/ui/Badge.tsx";
import { FeedCard } from "./FeedCard.tsx";
import css from "./Home.module.css";
import { endOfToday } from "./moments.ts";
import { RecordCard } from "./RecordCard.tsx";
import { TaskRow } from "./TaskRow.tsx";

const SHOWN = 7;
/** Customers whose record changed last: most likely those who call. */
const CUSTOMERS: ListRequest = {
  filters: [{ field: "lifecycle", operator: "eq", value: "customer" }],
  sort: "-updated_at",
  limit: SHOWN,
};

/** What to do, what customers said last, and who they are. */
export function SupportHome() {
  const me = useSession()?.user.id ?? "";
  return (
    <div className={css.columns}>
      <div className={css.stack}>
        <RecordCard
          title="Today’s tasks"
          table="tasks"
          none="Nothing is due today. Well done."
          ask={{
            filters: [
              { field: "owner_id", operator: "eq", value: me },
              { field: "status", operator: "in", value: "open,in_progress" },
              { field: "due_at", operator: "lte", value: endOfToday() },
            ],
            sort: "-due_at",
            limit: SHOWN,
          }}
        >
          {(task) => <TaskRow task={task} />}
        </RecordCard>
        <RecordCard
          title="What customers said last"
          table="activities"
          none="Nobody has called or written yet."
          ask={{
            filters: [{ field: "direction", operator: "eq", value: "inbound" }],
            sort: "-occurred_at",
            limit: SHOWN,
          }}
        >
          {(activity) => <ActivityRow activity={activity} />}
        </RecordCard>
        <FeedCard />
      </div>
      <div className={css.stack}>
        <RecordCard title="Customers: people" table="contacts" none="Nobody is a customer yet." ask={CUSTOMERS}>
          {(contact) => <CustomerRow table="contacts" record={contact} detail={textOf(contact, "job_title")} />}
        </RecordCard>
        <RecordCard title="Customers: companies" table="companies" none="No company is a customer yet." ask={CUSTOMERS}>
          {(company) => <CustomerRow table="companies" record={company} detail={textOf(company, "country")} />}
        </RecordCard>
      </div>
    </div>
  );
}

const SUBJECTS = ["contact", "lead", "company", "deal"];

function ActivityRow({ activity }: { activity: CrmRecord }) {
  const subject = SUBJECTS.find((object) => textOf(activity, `${object}_id`));
  const at = textOf(activity, "occurred_at");
  return (
    <div className={css.row}>
      <div className={css.main}>
        <Link to={links.record("activities", activity.id)}>{textOf(activity, "subject") || "No subject"}</Link>
        {subject && (
          <span>
            <LinkedRecord objectName={subject} id={textOf(activity, `${subject}_id`)} inRow />
          </span>
        )}
      </div>
      <Badge>{formatChoice(textOf(activity, "kind"))}</Badge>
      <time dateTime={at} className={css.when}>
        {formatAge(at)}
      </time>
    </div>
  );
}

function CustomerRow({ table, record, detail }: { table: string; record: CrmRecord; detail: string }) {
  return (
    <div className={css.row}>
      <div className={css.main}>
        <Link to={links.record(table, record.id)}>{textOf(record, "name")}</Link>
        <span>{detail}</span>
      </div>
      <time dateTime={record.updated_at} className={css.when}>
        {formatAge(record.updated_at)}
      </time>
    </div>
  );
}
