import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { Link } from "react-router";
import { textOf } from "@/api/records.ts";
import { session } from "@/api/session.ts";
import { formatAge } from "@/format/format.ts";
import { links } from "@/links.ts";
import { Badge } from "@/ui/Badge.tsx";
import { LinkButton } from "@/ui/Button.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { definitionOf, readyDashboardsQuery, savedDashboardsQuery } from "./dashboard.ts";
import type { TileDefinition } from "./definition.ts";
import css from "./DashboardPage.module.css";
import type { CrmRecord } from "@/api/records.ts";

/** Dashboards that come with the product, and those that people made. */
export default function DashboardsPage() {
  const ready = useQuery(readyDashboardsQuery);
  const saved = useQuery(savedDashboardsQuery);
  return (
    <>
      <PageHeader
        title="Dashboards"
        subtitle="The state of things at a glance, as fresh as the records."
        actions={
          <LinkButton to={links.newDashboard()} variant="primary" icon={<Plus size={16} aria-hidden />}>
            New dashboard
          </LinkButton>
        }
      />
      <div className={css.page}>
        <section aria-labelledby="ready-dashboards">
          <h2 id="ready-dashboards" className={css.heading}>
            Ready to use
          </h2>
          {ready.error && <ProblemState error={ready.error} compact onRetry={() => void ready.refetch()} />}
          {ready.isPending && <SkeletonRows count={3} />}
          <ul className={css.cards}>
            {ready.data?.map(({ name, title, description }, index) => (
              <li key={name}>
                <Link to={links.dashboard(name)} className={css.card}>
                  <Sketch tiles={SKETCHES[index % SKETCHES.length] ?? []} />
                  <strong>{title}</strong>
                  <span>{description}</span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
        <section aria-labelledby="saved-dashboards">
          <h2 id="saved-dashboards" className={css.heading}>
            Saved
          </h2>
          {saved.error && <ProblemState error={saved.error} compact onRetry={() => void saved.refetch()} />}
          {saved.isPending && <SkeletonRows count={3} />}
          {saved.data?.length === 0 && (
            <p className={css.none}>Nobody shared one with you yet. Make your own from any report.</p>
          )}
          <ul className={css.cards}>
            {saved.data?.map((record) => (
              <SavedCard key={record.id} record={record} />
            ))}
          </ul>
        </section>
      </div>
    </>
  );
}

function SavedCard({ record }: { record: CrmRecord }) {
  const audience = textOf(record, "audience") || "owner";
  return (
    <li>
      <Link to={links.dashboard(record.id)} className={css.card}>
        <Sketch tiles={tilesOf(record)} />
        <strong>{textOf(record, "name")}</strong>
        <span className={css.meta}>
          <Badge tone={audience === "owner" ? "neutral" : "accent"}>
            {audience === "owner" ? "Only me" : audience === "team" ? "Team" : "Everyone"}
          </Badge>
          {record.owner_id !== session()?.user.id && <Badge tone="info">Shared with you</Badge>}
          {formatAge(record.updated_at)}
        </span>
      </Link>
    </li>
  );
}

type Box = Pick<TileDefinition, "x" | "y" | "w" | "h">;

/** Where the tiles stand, small. */
function Sketch({ tiles }: { tiles: readonly Box[] }) {
  return (
    <div className={css.sketch} aria-hidden>
      {tiles.map(({ x, y, w, h }, index) => (
        <i key={index} style={{ gridColumn: `${x + 1} / span ${w}`, gridRow: `${y + 1} / span ${h}` }} />
      ))}
    </div>
  );
}

const figures = [0, 3, 6, 9].map((x) => ({ x, y: 0, w: 3, h: 2 }));
const SKETCHES: readonly (readonly Box[])[] = [
  [...figures, { x: 0, y: 2, w: 8, h: 4 }, { x: 8, y: 2, w: 4, h: 4 }],
  [...figures, { x: 0, y: 2, w: 5, h: 4 }, { x: 5, y: 2, w: 7, h: 4 }],
  [...figures, { x: 0, y: 2, w: 12, h: 3 }],
];

function tilesOf(record: CrmRecord): TileDefinition[] {
  try {
    return definitionOf(record).tiles;
  } catch {
    // A form of a later version: its page says so when it is opened.
    return [];
  }
}
