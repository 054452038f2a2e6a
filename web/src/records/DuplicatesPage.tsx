import { useQuery } from "@tanstack/react-query";
import { Merge } from "lucide-react";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { keys } from "@/api/keys.ts";
import { links } from "@/links.ts";
import { NotFoundPage } from "@/shell/NotFoundPage.tsx";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import css from "./duplicates/Duplicates.module.css";
import { compared, listDuplicates } from "./duplicates/duplicatesApi.ts";
import { MergeDialog } from "./duplicates/MergeDialog.tsx";
import { deleteReason, updateReason } from "./permissions.ts";

/** Pairs of records that may be the same, to be made one. */
export default function DuplicatesPage() {
  const { table = "" } = useParams();
  const object = useCatalog().byTable(table);
  return object && compared(table) ? <Pairs key={table} object={object} /> : <NotFoundPage />;
}

function Pairs({ object }: { object: ObjectDef }) {
  const [merging, setMerging] = useState<string[] | null>(null);
  const query = useQuery({
    queryKey: [...keys.table(object.table), "duplicates"],
    queryFn: ({ signal }) => listDuplicates(object.table, signal),
  });
  const many = object.plural_label.toLowerCase();
  const reason = updateReason(object) ?? deleteReason(object);
  return (
    <>
      <PageHeader
        title={`Duplicate ${many}`}
        subtitle="Found by e-mail address, phone number, website, and name together with company or mail domain."
      />
      {query.error ? (
        <ProblemState error={query.error} onRetry={() => void query.refetch()} />
      ) : !query.data ? (
        <div className={css.list}>
          <SkeletonRows count={8} />
        </div>
      ) : query.data.items.length === 0 ? (
        <EmptyState title="No duplicates">No two {many} look like the same one.</EmptyState>
      ) : (
        <ul className={css.list}>
          {query.data.items.map(({ records, likeness, reasons }) => (
            <li key={records.map(({ id }) => id).join()} className={css.pair}>
              <div className={css.records}>
                {records.map((record) => (
                  <div key={record.id}>
                    <Link to={links.record(object.table, record.id)}>{record.name}</Link>
                    <p>
                      {record.details.map((detail) => (
                        <span key={detail}>{detail}</span>
                      ))}
                    </p>
                  </div>
                ))}
              </div>
              <div className={css.why}>
                <Badge tone={likeness >= 90 ? "good" : "info"}>{likeness}%</Badge>
                <ul>
                  {reasons.map((reason) => (
                    <li key={reason}>{reason}</li>
                  ))}
                </ul>
              </div>
              <Button
                size="s"
                icon={<Merge aria-hidden />}
                reason={reason}
                onClick={() => setMerging(records.map(({ id }) => id))}
              >
                Merge
              </Button>
            </li>
          ))}
        </ul>
      )}
      {merging && (
        <MergeDialog object={object} ids={merging} onClose={() => setMerging(null)} onMerged={() => setMerging(null)} />
      )}
    </>
  );
}
