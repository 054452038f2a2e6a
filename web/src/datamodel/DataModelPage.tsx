import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { useCatalog } from "@/api/catalog.ts";
import { Problem } from "@/api/problem.ts";
import { useSession } from "@/api/session.ts";
import { links } from "@/links.ts";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { DeleteDialog } from "./DeleteDialog.tsx";
import { FieldDialog } from "./FieldDialog.tsx";
import { FieldTable } from "./FieldTable.tsx";
import { ObjectDialog } from "./ObjectDialog.tsx";
import { ObjectList } from "./ObjectList.tsx";
import { type CustomField, customFields, deleteField, extensible, readField } from "./fields.ts";
import { type CustomObject, customObjects, deleteObject, readObject } from "./objects.ts";
import css from "./DataModel.module.css";

/** What records consist of: objects and fields, the standard ones and those that administrators add. */
export default function DataModelPage() {
  const administrator = useSession()?.user.role === "admin";
  if (administrator) return <DataModel />;
  return (
    <>
      <PageHeader title="Data model" />
      <ProblemState error={new Problem(403, { detail: "Only administrators change the data model." })} />
    </>
  );
}

type Open =
  | { verb: "add field" | "add object" }
  | { verb: "change field" | "delete field"; field: CustomField }
  | { verb: "rename object" | "delete object"; object: CustomObject };

function DataModel() {
  const { object: name = "lead" } = useParams();
  const catalog = useCatalog();
  const fields = useQuery(customFields);
  const objects = useQuery(customObjects);
  const [open, setOpen] = useState<Open>();
  const reason = useSession()?.self !== undefined ? "This is a preview: nothing can be changed" : undefined;
  const all = catalog.objects.filter(extensible);
  const object = all.find((candidate) => candidate.name === name);
  const error = fields.error ?? objects.error;
  return (
    <>
      <PageHeader
        title="Data model"
        subtitle="Fields and objects of your own are there for everybody at once: in forms and lists, reports, SQL, imports and search."
        actions={
          <>
            <Button reason={reason} onClick={() => setOpen({ verb: "add object" })}>
              New object
            </Button>
            <Button
              variant="primary"
              icon={<Plus aria-hidden />}
              reason={reason ?? (object ? undefined : "Choose an object first")}
              onClick={() => setOpen({ verb: "add field" })}
            >
              Add field
            </Button>
          </>
        }
      />
      <div className={css.page}>
        <ObjectList objects={all} fields={fields.data ?? []} chosen={name} />
        <div>
          {error && <ProblemState error={error} onRetry={() => void fields.refetch()} />}
          {object ? (
            <FieldTable
              object={object}
              added={fields.data?.filter((field) => field.object === object.name) ?? []}
              custom={objects.data?.find((own) => own.name === object.name)}
              fixed={reason !== undefined}
              onField={(verb, field) => setOpen({ verb: `${verb} field`, field })}
              onObject={(verb, own) => setOpen({ verb: `${verb} object`, object: own })}
            />
          ) : (
            <EmptyState title="There is no such object">
              It was deleted, or it cannot have fields of your own.
            </EmptyState>
          )}
        </div>
      </div>
      {open && <Opened open={open} name={name} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function Opened({ open, name, onClose }: { open: Open; name: string; onClose: () => void }) {
  const object = useCatalog().byName(name);
  const navigate = useNavigate();
  switch (open.verb) {
    case "add object":
      return <ObjectDialog onClose={onClose} />;
    case "rename object":
      return <ObjectDialog object={open.object} onClose={onClose} />;
    case "add field":
      return object && <FieldDialog object={object} onClose={onClose} />;
    case "change field":
      return object && <FieldDialog object={object} field={open.field} onClose={onClose} />;
    case "delete field":
      return (
        <DeleteDialog
          id={open.field.id}
          label={open.field.label}
          what={["value", "values"]}
          warning="Saved reports, views and dashboards that use the field will say that it is gone."
          count={(id) => readField(id).then(({ values }) => values)}
          remove={deleteField}
          onClose={onClose}
        />
      );
    case "delete object":
      return (
        <DeleteDialog
          id={open.object.id}
          label={open.object.plural_label}
          what={["record", "records"]}
          warning="Its fields go with it, and files attached to its records go to the bin."
          count={(id) => readObject(id).then(({ records }) => records)}
          remove={deleteObject}
          onClose={onClose}
          onDeleted={() => void navigate(links.dataModel())}
        />
      );
  }
}
