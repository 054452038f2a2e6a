import { Link } from "react-router";
import { textOf } from "@/api/records.ts";
import { formatAge } from "@/format/format.ts";
import { links } from "@/links.ts";
import { LinkedRecord } from "@/records/FieldText.tsx";
import { toneOf } from "@/records/tones.ts";
import { Badge } from "@/ui/Badge.tsx";
import { DashboardTiles } from "./DashboardTiles.tsx";
import css from "./Home.module.css";
import { dayAgo } from "./moments.ts";
import { GoalsCard } from "./GoalsCard.tsx";
import { Pipeline } from "./Pipeline.tsx";
import { RecordCard } from "./RecordCard.tsx";
import { DealRow } from "./RepHome.tsx";
import { STUCK_DAYS } from "@/board/dealAge.ts";

const SHOWN = 7;

/** Where the team stands, and what changed. */
export function ManagerHome() {
  return (
    <>
      <DashboardTiles dashboard="sales_overview" figures={4} charts={0} />
      <div className={css.columns}>
        <div className={css.stack}>
          <Pipeline />
          <GoalsCard />
          <RecordCard
            title={`Deals stuck for ${STUCK_DAYS} days`}
            table="deals"
            none="Every open deal of the team moved lately."
            ask={{
              filters: [
                { field: "status", operator: "eq", value: "open" },
                { field: "stage_entered_at", operator: "lte", value: dayAgo(STUCK_DAYS) },
              ],
              sort: "stage_entered_at",
              limit: SHOWN,
            }}
          >
            {(deal) => <DealRow deal={deal} />}
          </RecordCard>
        </div>
        <div className={css.stack}>
          <RecordCard
            title="What changed"
            table="deals"
            none="No deal has changed yet."
            ask={{ sort: "-updated_at", limit: SHOWN }}
          >
            {(deal) => (
              <div className={css.row}>
                <div className={css.main}>
                  <Link to={links.record("deals", deal.id)}>{textOf(deal, "name")}</Link>
                  <span>
                    {textOf(deal, "owner_id") && <LinkedRecord objectName="user" id={textOf(deal, "owner_id")} inRow />}
                  </span>
                </div>
                <Badge tone={toneOf(textOf(deal, "status"))}>
                  <LinkedRecord objectName="stage" id={textOf(deal, "stage_id")} inRow />
                </Badge>
                <time dateTime={deal.updated_at} className={css.when}>
                  {formatAge(deal.updated_at)}
                </time>
              </div>
            )}
          </RecordCard>
          <RecordCard
            title="Largest open deals"
            table="deals"
            none="No open deals."
            ask={{ filters: [{ field: "status", operator: "eq", value: "open" }], sort: "-amount", limit: SHOWN }}
          >
            {(deal) => <DealRow deal={deal} />}
          </RecordCard>
        </div>
      </div>
    </>
  );
}
