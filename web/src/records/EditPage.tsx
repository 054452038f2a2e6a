import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "react-router";
import { type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { keys } from "@/api/keys.ts";
import { Problem } from "@/api/problem.ts";
import { type CrmRecord, type FieldValue, readRecord, textOf, updateRecord } from "@/api/records.ts";
import { queryClient } from "@/api/queryClient.ts";
import { links } from "@/links.ts";
import { NotFoundPage } from "@/shell/NotFoundPage.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { PageSkeleton } from "@/ui/Skeleton.tsx";
import { say } from "@/ui/toast.tsx";
import { useRef } from "react";
import { RecordForm } from "./form/RecordForm.tsx";
import { updateReason } from "./permissions.ts";
import { refresh } from "./writes.ts";

/** Every field of a record at once. */
export default function EditPage() {
  const { table = "", id = "" } = useParams();
  const object = useCatalog().byTable(table);
  return object ? <LoadedEdit key={id} object={object} id={id} /> : <NotFoundPage />;
}

function LoadedEdit({ object, id }: { object: ObjectDef; id: string }) {
  const query = useQuery({
    queryKey: keys.record(object.table, id),
    queryFn: ({ signal }) => readRecord(object.table, id, signal),
  });
  if (query.data) return <Edit object={object} record={query.data} />;
  if (query.error) return <ProblemState error={query.error} onRetry={() => void query.refetch()} />;
  return <PageSkeleton />;
}

function Edit({ object, record }: { object: ObjectDef; record: CrmRecord }) {
  const navigate = useNavigate();
  // The version that was read when editing began; live changes must not hide a conflict.
  const version = useRef(record.version);
  const title = textOf(record, object.title) || object.label;
  const reason = updateReason(object);
  const save = async (fields: Record<string, FieldValue>) => {
    try {
      return await updateRecord(object.table, { id: record.id, version: version.current }, fields);
    } catch (thrown) {
      // After the conflict was shown, saving again is meant to win.
      if (thrown instanceof Problem && thrown.status === 412)
        version.current = (await readRecord(object.table, record.id)).version;
      throw thrown;
    }
  };
  return (
    <>
      <PageHeader title={`Edit ${title}`} />
      {reason ? (
        <EmptyState title="You may not do this">{reason}</EmptyState>
      ) : (
        <RecordForm
          object={object}
          initial={record}
          verb="Save"
          onSave={save}
          onSaved={(saved) => {
            queryClient.setQueryData(keys.record(object.table, record.id), saved);
            say(`“${textOf(saved, object.title)}” saved`);
            void refresh(object.table);
            void navigate(links.record(object.table, record.id), { replace: true });
          }}
          onCancel={() => void navigate(-1)}
        />
      )}
    </>
  );
}
