import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { FileBarChart2, Plus, Search } from "lucide-react";
import { useDeferredValue } from "react";
import { Link, useSearchParams } from "react-router";
import { type CrmRecord, textOf } from "@/api/records.ts";
import { session } from "@/api/session.ts";
import { formatAge, formatChoice } from "@/format/format.ts";
import { links } from "@/links.ts";
import { Badge } from "@/ui/Badge.tsx";
import { LinkButton } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { Input } from "@/ui/Field.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import css from "./ReportsPage.module.css";
import { readyQuery, savedQuery } from "./saved.ts";
import { ReportGlyph } from "./ReportGlyph.tsx";

/** The gallery: reports that come with the product, and those that people saved. */
export default function ReportsPage() {
  const [parameters, setParameters] = useSearchParams();
  const search = parameters.get("q") ?? "";
  const words = useDeferredValue(search.toLowerCase());
  const { data: ready } = useSuspenseQuery(readyQuery);
  const { data: saved, error, refetch } = useQuery(savedQuery);
  const fits = (...texts: string[]) => words === "" || texts.some((text) => text.toLowerCase().includes(words));
  const shownReady = ready.filter(({ title, description }) => fits(title, description));
  const shownSaved = (saved ?? []).filter((record) => fits(textOf(record, "name"), textOf(record, "description")));
  return (
    <>
      <PageHeader
        title="Reports"
        subtitle="Numbers that everyone counts the same way."
        actions={
          <LinkButton to={links.newReport()} variant="primary" icon={<Plus size={16} aria-hidden />}>
            New report
          </LinkButton>
        }
      />
      <div className={css.page}>
        <div className={css.search}>
          <Search size={15} aria-hidden />
          <Input
            type="search"
            aria-label="Search reports"
            placeholder="Search reports"
            value={search}
            onChange={(event) => setParameters(event.target.value ? { q: event.target.value } : {}, { replace: true })}
          />
        </div>
        <section aria-labelledby="saved-reports">
          <h2 id="saved-reports" className={css.heading}>
            Saved
          </h2>
          {error ? (
            <ProblemState error={error} compact onRetry={() => void refetch()} />
          ) : !saved ? (
            <SkeletonRows count={3} />
          ) : shownSaved.length > 0 ? (
            <ul className={css.cards}>
              {shownSaved.map((record) => (
                <SavedCard key={record.id} record={record} />
              ))}
            </ul>
          ) : (
            <p className={css.none}>
              {words
                ? "No saved report is called that."
                : "Nothing is saved yet. Open a ready report, change it, and save it under your own name."}
            </p>
          )}
        </section>
        <section aria-labelledby="ready-reports">
          <h2 id="ready-reports" className={css.heading}>
            Ready to use
          </h2>
          {shownReady.length === 0 ? (
            <EmptyState icon={<FileBarChart2 />} title="No ready report is called that" />
          ) : (
            <ul className={css.cards}>
              {shownReady.map(({ name, title, description }) => (
                <li key={name}>
                  <Link to={links.report(name)} className={css.card}>
                    <ReportGlyph name={name} />
                    <strong>{title}</strong>
                    <span>{description}</span>
                  </Link>
                </li>
              ))}
            </ul>
          )}
        </section>
      </div>
    </>
  );
}

function SavedCard({ record }: { record: CrmRecord }) {
  const mine = record.owner_id === session()?.user.id;
  const audience = textOf(record, "audience") || "owner";
  return (
    <li>
      <Link to={links.report(record.id)} className={css.card}>
        <ReportGlyph name={textOf(record, "name")} />
        <strong>{textOf(record, "name")}</strong>
        <span>{textOf(record, "description") || "No description"}</span>
        <span className={css.meta}>
          <Badge tone={audience === "owner" ? "neutral" : "accent"}>
            {audience === "owner" ? "Only me" : audience === "team" ? "Team" : formatChoice(audience)}
          </Badge>
          {!mine && <Badge tone="info">Shared with you</Badge>}
          {formatAge(record.updated_at)}
        </span>
      </Link>
    </li>
  );
}
