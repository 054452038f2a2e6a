import { Link } from "react-router";
import { useCatalog } from "@/api/catalog.ts";
import { type CrmRecord, textOf } from "@/api/records.ts";
import { useSession } from "@/api/session.ts";
import { daysInStage, STUCK_DAYS } from "@/board/dealAge.ts";
import { formatMoney } from "@/format/format.ts";
import { links } from "@/links.ts";
import { LinkedRecord } from "@/records/FieldText.tsx";
import { ScoreBadge } from "@/records/lead/ScoreBadge.tsx";
import { Badge } from "@/ui/Badge.tsx";
import css from "./Home.module.css";
import { dayAgo, endOfToday } from "./moments.ts";
import { FeedCard } from "./FeedCard.tsx";
import { GoalsCard } from "./GoalsCard.tsx";
import { RecordCard } from "./RecordCard.tsx";
import { TaskRow } from "./TaskRow.tsx";

const SHOWN = 7;
/** Leads in any other status are still worked on. */
const CLOSED_LEADS = ["converted", "lost", "closed"];

/** What to do, whom to call, and what does not move. */
export function RepHome() {
  const me = useSession()?.user.id ?? "";
  const scored =
    useCatalog()
      .byTable("leads")
      ?.fields.some((field) => field.name === "score_tier") ?? false;
  const mine = { field: "owner_id", operator: "eq", value: me } as const;
  return (
    <div className={css.columns}>
      <div className={css.stack}>
        <RecordCard
          title="Today’s tasks"
          table="tasks"
          none="Nothing is due today. Well done."
          ask={{
            filters: [
              mine,
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
          title={`Deals stuck for ${STUCK_DAYS} days`}
          table="deals"
          none="Every open deal moved lately."
          ask={{
            filters: [
              mine,
              { field: "status", operator: "eq", value: "open" },
              { field: "stage_entered_at", operator: "lte", value: dayAgo(STUCK_DAYS) },
            ],
            sort: "stage_entered_at",
            limit: SHOWN,
          }}
        >
          {(deal) => <DealRow deal={deal} />}
        </RecordCard>
        <GoalsCard owner={me} />
        <FeedCard />
      </div>
      <div className={css.stack}>
        <RecordCard
          title="Hot leads"
          table="leads"
          none="No open lead is hot right now."
          ask={{
            filters: [
              mine,
              ...CLOSED_LEADS.map((value) => ({ field: "status", operator: "ne", value }) as const),
              ...(scored ? [{ field: "score", operator: "is_null", value: "false" } as const] : []),
            ],
            sort: scored ? "-score" : "-created_at",
            limit: SHOWN,
          }}
        >
          {(lead) => <LeadRow lead={lead} />}
        </RecordCard>
        <RecordCard
          title="Closing next"
          table="deals"
          none="No open deal has a closing day."
          ask={{
            filters: [mine, { field: "status", operator: "eq", value: "open" }],
            sort: "expected_close_on",
            limit: SHOWN,
          }}
        >
          {(deal) => <DealRow deal={deal} />}
        </RecordCard>
      </div>
    </div>
  );
}

function LeadRow({ lead }: { lead: CrmRecord }) {
  return (
    <div className={css.row}>
      <div className={css.main}>
        <Link to={links.record("leads", lead.id)}>{textOf(lead, "name")}</Link>
        <span>{textOf(lead, "company_name")}</span>
      </div>
      <ScoreBadge record={lead} />
    </div>
  );
}

export function DealRow({ deal }: { deal: CrmRecord }) {
  const days = daysInStage(deal);
  return (
    <div className={css.row}>
      <div className={css.main}>
        <Link to={links.record("deals", deal.id)}>{textOf(deal, "name")}</Link>
        <span>
          {textOf(deal, "stage_id") && <LinkedRecord objectName="stage" id={textOf(deal, "stage_id")} inRow />}
        </span>
      </div>
      <span className="numeric">{formatMoney(textOf(deal, "amount") || 0, textOf(deal, "currency"))}</span>
      <Badge tone={days >= STUCK_DAYS ? "danger" : "neutral"}>{days} d</Badge>
    </div>
  );
}
