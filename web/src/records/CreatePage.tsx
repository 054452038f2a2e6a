import { useNavigate, useParams, useSearchParams } from "react-router";
import { type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { createRecord, type FieldValue, textOf } from "@/api/records.ts";
import { useSession } from "@/api/session.ts";
import { links } from "@/links.ts";
import { NotFoundPage } from "@/shell/NotFoundPage.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { say } from "@/ui/toast.tsx";
import { useUnique } from "./duplicates/useUnique.tsx";
import { RecordForm } from "./form/RecordForm.tsx";
import { createReason } from "./permissions.ts";
import { refresh } from "./writes.ts";

/** A new record; the address may bring values, such as the company of a new contact. */
export default function CreatePage() {
  const { table = "" } = useParams();
  const object = useCatalog().byTable(table);
  return object ? <Create key={table} object={object} /> : <NotFoundPage />;
}

function Create({ object }: { object: ObjectDef }) {
  const [parameters] = useSearchParams();
  const navigate = useNavigate();
  const me = useSession()?.user.id ?? null;
  const given: Record<string, FieldValue> = {};
  for (const field of object.fields) given[field.name] = parameters.get(field.name);
  if (object.ownership !== "shared") given.owner_id ??= me;
  const defaults = Object.fromEntries(
    object.fields.map((field) => [field.name, given[field.name] ?? field.default ?? null]),
  );
  const reason = createReason(object);
  const unique = useUnique(object);
  const label = object.label.toLowerCase();
  return (
    <>
      <PageHeader title={`New ${label}`} />
      {reason ? (
        <EmptyState title="You may not do this">{reason}</EmptyState>
      ) : (
        <RecordForm
          object={object}
          initial={defaults}
          verb={`Create ${label}`}
          onSave={async (fields) => {
            const whole = { ...presets(given), ...fields };
            await unique.insist(whole);
            return createRecord(object.table, whole);
          }}
          onSaved={(record) => {
            say(`${object.label} “${textOf(record, object.title) || "untitled"}” created`);
            void refresh(object.table);
            void navigate(links.record(object.table, record.id), { replace: true });
          }}
          onCancel={() => void navigate(-1)}
        />
      )}
      {unique.dialog}
    </>
  );
}

function presets(given: Record<string, FieldValue>): Record<string, FieldValue> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}
