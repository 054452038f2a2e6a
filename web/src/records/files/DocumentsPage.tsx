import { useInfiniteQuery } from "@tanstack/react-query";
import { FileText } from "lucide-react";
import { useDeferredValue } from "react";
import { Link, useSearchParams } from "react-router";
import { useCatalog } from "@/api/catalog.ts";
import { links } from "@/links.ts";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { Input, Select } from "@/ui/Field.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { updateReason } from "../permissions.ts";
import { DocumentLine } from "./DocumentLine.tsx";
import { allDocuments, type Document, type DocumentAsk } from "./documents.ts";
import css from "./Files.module.css";

/** The documents of every record that the caller sees. */
export default function DocumentsPage() {
  const [parameters, setParameters] = useSearchParams();
  const catalog = useCatalog();
  const q = parameters.get("q") ?? "";
  const object = parameters.get("object") ?? "";
  const sought: DocumentAsk = useDeferredValue({ ...(q ? { q } : {}), ...(object ? { object } : {}) });
  const query = useInfiniteQuery(allDocuments(sought));
  const change = (name: string, value: string) =>
    setParameters(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  const documents = query.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = q !== "" || object !== "";
  return (
    <>
      <PageHeader title="Documents" subtitle="Everything attached to the records that you may see, newest first." />
      <div className={css.all}>
        <div className={css.tools} role="search">
          <Input
            type="search"
            aria-label="Search by name"
            placeholder="Search by name"
            maxLength={200}
            value={q}
            onChange={(event) => change("q", event.target.value)}
          />
          <Select aria-label="Attached to" value={object} onChange={(event) => change("object", event.target.value)}>
            <option value="">All records</option>
            {catalog.objects.map(({ name, plural_label }) => (
              <option key={name} value={name}>
                {plural_label}
              </option>
            ))}
          </Select>
        </div>
        {query.error && <ProblemState error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending && <SkeletonRows />}
        {query.isSuccess && documents.length === 0 && (
          <EmptyState icon={<FileText />} title={filtered ? "No document matches" : "Nothing is attached yet"}>
            {filtered
              ? "Try another word, or all records."
              : "Open a lead, a deal or a company and drop a file on its Files tab."}
          </EmptyState>
        )}
        <ul className={css.list}>
          {documents.map((document) => (
            <Line key={document.id} document={document} />
          ))}
        </ul>
        {query.hasNextPage && (
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        )}
      </div>
    </>
  );
}

function Line({ document }: { document: Document }) {
  const object = useCatalog().byName(document.object);
  return (
    <DocumentLine
      document={document}
      reason={object ? updateReason(object) : undefined}
      where={
        object && (
          <Link className={css.record} to={links.record(object.table, document.record_id)}>
            {object.label}: {document.record_title ?? "untitled"}
          </Link>
        )
      }
    />
  );
}
