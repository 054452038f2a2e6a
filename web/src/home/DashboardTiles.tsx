import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { COLUMNS } from "@/dashboards/definition.ts";
import { viewQuery, type ViewTile } from "@/dashboards/dashboard.ts";
import { Tile } from "@/dashboards/Tile.tsx";
import { links } from "@/links.ts";
import { Card } from "@/ui/Card.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { Skeleton } from "@/ui/Skeleton.tsx";
import css from "./Home.module.css";

export interface DashboardTilesProps {
  dashboard: string;
  /** Which tiles, and how many of them. */
  figures: number;
  charts: number;
}

/** Figures beside each other; twelve columns divide evenly by one to four. */
const IN_A_ROW = 4;
const FIGURE_KINDS = new Set(["kpi", "progress"]);

/** Some tiles of a dashboard: its figures in a row, charts below. */
export function DashboardTiles({ dashboard, figures, charts }: DashboardTilesProps) {
  const view = useQuery(viewQuery(dashboard));
  if (view.error)
    return (
      <Card title="Figures">
        <ProblemState error={view.error} onRetry={() => void view.refetch()} compact />
      </Card>
    );
  if (!view.data)
    return (
      <Card title="Figures">
        <Skeleton height={90} />
      </Card>
    );
  const tiles = view.data.tiles;
  const first = tiles.filter((tile) => FIGURE_KINDS.has(tile.kind)).slice(0, figures);
  const others = tiles.filter((tile) => !FIGURE_KINDS.has(tile.kind) && tile.kind !== "table").slice(0, charts);
  return (
    <section aria-label={view.data.title}>
      <div className={css.sectionHead}>
        <h2>{view.data.title}</h2>
        <Link className={css.all} to={links.dashboard(dashboard)}>
          Open the dashboard
        </Link>
      </div>
      <div className={css.tiles}>
        {first.map((tile) => (
          <Tile
            key={tile.id}
            dashboard={dashboard}
            tile={flowing(tile, COLUMNS / Math.min(IN_A_ROW, first.length), 2)}
          />
        ))}
        {others.map((tile, position) => (
          <Tile
            key={tile.id}
            dashboard={dashboard}
            tile={flowing(tile, alone(position, others.length) ? COLUMNS : COLUMNS / 2, 4)}
          />
        ))}
      </div>
    </section>
  );
}

/** The last of an odd number of charts has its row for itself. */
function alone(position: number, count: number): boolean {
  return count % 2 === 1 && position === count - 1;
}

/** The same tile without its own place: the page decides. */
function flowing(tile: ViewTile, w: number, h: number): ViewTile {
  return { ...tile, w, h };
}
