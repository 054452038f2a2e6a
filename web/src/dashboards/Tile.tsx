import { useQuery } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { type ReactNode, useId } from "react";
import { Link } from "react-router";
import { asProblem } from "@/api/problem.ts";
import { Button } from "@/ui/Button.tsx";
import { classes } from "@/ui/classes.ts";
import { Skeleton } from "@/ui/Skeleton.tsx";
import { tileQuery, type ViewTile } from "./dashboard.ts";
import css from "./Tile.module.css";
import { TileContent } from "./TileContent.tsx";

/** A tile loads by itself, and fails by itself. */
export function Tile({ dashboard, tile }: { dashboard: string; tile: ViewTile }) {
  const { data, error, isFetching, refetch } = useQuery(tileQuery(dashboard, tile.id));
  return (
    <TileFrame
      tile={tile}
      busy={isFetching}
      after={
        tile.link && (
          <Link to={tile.link} className={css.link} aria-label={`Open the report of ${tile.title}`}>
            <ExternalLink size={14} aria-hidden />
          </Link>
        )
      }
    >
      {error ? (
        <div className={css.failed} role="alert">
          <p>{asProblem(error).message}</p>
          <Button size="s" onClick={() => void refetch()}>
            Try again
          </Button>
        </div>
      ) : data ? (
        <TileContent tile={data} title={tile.title} />
      ) : (
        <Waiting />
      )}
      {data?.notes && data.notes.length > 0 && !error && <p className={css.notes}>{data.notes.join(" · ")}</p>}
    </TileFrame>
  );
}

export interface TileFrameProps {
  tile: Pick<ViewTile, "id" | "title" | "kind" | "x" | "y" | "w" | "h">;
  busy?: boolean;
  after?: ReactNode;
  className?: string | undefined;
  children: ReactNode;
}

export function TileFrame({ tile, busy = false, after, className, children }: TileFrameProps) {
  const id = useId();
  return (
    <section
      className={classes(css.tile, className)}
      data-kind={tile.kind}
      data-tile={tile.id}
      aria-labelledby={id}
      aria-busy={busy}
      style={{ gridColumn: `${tile.x + 1} / span ${tile.w}`, gridRow: `${tile.y + 1} / span ${tile.h}` }}
    >
      <header className={css.head}>
        <h2 id={id} className={css.title}>
          {tile.title}
        </h2>
        {after}
      </header>
      <div className={css.body}>{children}</div>
    </section>
  );
}

function Waiting() {
  return (
    <div className={css.waiting}>
      <Skeleton width="60%" height={22} />
      <Skeleton width="38%" />
    </div>
  );
}
