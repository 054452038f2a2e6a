import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
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

const FIGURE_KINDS = new Set(["kpi", "progress"]);

/** Some tiles of a dashboard: its figures in a row, charts below. */
export function DashboardTiles({ dashboard, figures, charts }: DashboardTilesProps) {
  const view = useQuery(viewQuery(dashboard));
  if (view.error) return <Card title="Figures"><ProblemState error={view.error} onRetry={() => void view.refetch()} compact /></Card>;
  if (!view.data) return <Card title="Figures"><Skeleton height={90} /></Card>;
  const tiles = view.data.tiles;
  const first = tiles.filter((tile) => FIGURE_KINDS.has(tile.kind)).slice(0, figures);
  const others = tiles.filter((tile) => !FIGURE_KINDS.has(tile.kind) && tile.kind !== "table").slice(0, charts);
  return (
    <section aria-label={view.data.title}>
      <div className={css.sectionHead}>
        <h2>{view.data.title}</h2>
        <Link className={css.all} to={links.dashboard(dashboard)}>Open the dashboard</Link>
      </div>
      <div className={css.tiles}>
        {first.map((tile) => <Tile key={tile.id} dashboard={dashboard} tile={flowing(tile, 3, 2)} />)}
        {others.map((tile) => <Tile key={tile.id} dashboard={dashboard} tile={flowing(tile, 6, 4)} />)}
      </div>
    </section>
  );
}

/** The same tile without its own place: the page decides. */
function flowing(tile: ViewTile, w: number, h: number): ViewTile {
  return { ...tile, w, h };
}
