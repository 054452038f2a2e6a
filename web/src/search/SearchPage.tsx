import { useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";
import { type SearchGroup, type SearchItem, searchQuery, worthAsking } from "@/api/search.ts";
import { formatChoice, formatCount } from "@/format/format.ts";
import { links } from "@/links.ts";
import { Card } from "@/ui/Card.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { Marked } from "@/ui/Marked.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SearchBox } from "@/ui/SearchBox.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import css from "./SearchPage.module.css";

const PER_OBJECT = 20;

/** Everything that a search finds, by object. */
export default function SearchPage() {
  const [parameters, setParameters] = useSearchParams();
  const text = parameters.get("q") ?? "";
  const found = useQuery(searchQuery(text, PER_OBJECT));
  const groups = found.data?.groups ?? [];
  return (
    <div className={css.page}>
      <PageHeader
        title="Search"
        subtitle="Words, “phrases in quotes”, pieces of a phone number or an e-mail address; @ people, # companies, $ deals, ! tasks."
      >
        <div className={css.box}>
          <SearchBox
            label="Search all records"
            size="m"
            autoFocus
            value={text}
            onChange={(q) => setParameters(q ? { q } : {}, { replace: true })}
          />
        </div>
      </PageHeader>
      <div className={css.results} aria-live="polite">
        {!worthAsking(text) ? (
          <EmptyState title="What are you looking for?">Type at least two letters.</EmptyState>
        ) : found.error ? (
          <ProblemState error={found.error} onRetry={() => void found.refetch()} />
        ) : found.isLoading ? (
          <SkeletonRows count={8} />
        ) : groups.length === 0 ? (
          <EmptyState title={`Nothing found for “${text.trim()}”`}>
            Try fewer words, or another spelling. Only records that you may see are searched.
          </EmptyState>
        ) : (
          groups.map((group) => <Group key={group.table} group={group} text={text} />)
        )}
      </div>
    </div>
  );
}

function Group({ group, text }: { group: SearchGroup; text: string }) {
  const more = group.matched > group.items.length;
  const words = text.replace(/^[@#$!\s]+/, "").trim();
  return (
    <Card
      flush
      title={`${group.label} (${formatCount(group.matched, "match", "matches")})`}
      actions={more && <Link to={links.list(group.table, { q: words })}>Open as a list</Link>}
    >
      <ul className={css.items}>
        {group.items.map((item) => (
          <li key={item.id}>
            <Item table={group.table} item={item} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Item({ table, item }: { table: string; item: SearchItem }) {
  return (
    <Link className={css.item} to={links.record(table, item.id)}>
      <span className={css.title}>
        <Marked text={item.title || "Untitled"} marks={item.marks} />
      </span>
      {item.detail && <span className={css.detail}>{formatChoice(item.detail)}</span>}
      {item.fields.map((field) => (
        <span key={field.name} className={css.field}>
          {field.label}: <Marked text={field.text} marks={field.marks} />
        </span>
      ))}
    </Link>
  );
}
