import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { useCatalog } from "@/api/catalog.ts";
import { request } from "@/api/client.ts";
import { formatAge, formatMoment } from "@/format/format.ts";
import { links } from "@/links.ts";
import { Card } from "@/ui/Card.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import css from "./Home.module.css";

interface FeedEntry {
  id: number;
  at: string;
  actor_name: string;
  action: string;
  object: string;
  record_id: string;
  title: string | null;
  fields: string[];
}

const SHOWN = 12;
const VERBS: Record<string, string> = {
  create: "added",
  update: "changed",
  delete: "deleted",
  restore: "brought back",
};

/** What colleagues did lately on everything that the reader sees. */
export function FeedCard() {
  const catalog = useCatalog();
  const feed = useQuery({
    queryKey: ["records", "feed"],
    queryFn: ({ signal }) => request<{ items: FeedEntry[] }>(`/api/feed?limit=${SHOWN}`, { signal }),
  });
  const items = feed.data?.items ?? [];
  return (
    <Card title="Recent activity" flush>
      {feed.isLoading && <SkeletonRows count={5} />}
      {feed.error && <p className={css.none}>It could not be loaded.</p>}
      {feed.isSuccess && items.length === 0 && <p className={css.none}>Nothing happened yet.</p>}
      {items.map((entry) => {
        const object = catalog.byName(entry.object);
        const title = entry.title
          ? `“${shortened(entry.title)}”`
          : `a ${(object?.label ?? entry.object).toLowerCase()}`;
        return (
          <div key={entry.id} className={css.row}>
            <div className={css.main}>
              <span>
                {entry.actor_name} {VERBS[entry.action] ?? entry.action}{" "}
                {object ? (
                  <Link className={css.within} to={links.record(object.table, entry.record_id)}>
                    {title}
                  </Link>
                ) : (
                  title
                )}
              </span>
              <span>{entry.fields.join(", ") || (object?.label ?? entry.object)}</span>
            </div>
            <time className={css.when} dateTime={entry.at} title={formatMoment(entry.at)}>
              {formatAge(entry.at)}
            </time>
          </div>
        );
      })}
    </Card>
  );
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
