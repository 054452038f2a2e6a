import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { type ObjectDef, useCatalog } from "@/api/catalog.ts";
import type { Job } from "@/api/jobs.ts";
import { links } from "@/links.ts";
import { createReason } from "@/records/permissions.ts";
import { NotFoundPage } from "@/shell/NotFoundPage.tsx";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import css from "./Imports.module.css";
import type { ImportChoice, ImportFile } from "./importApi.ts";
import { CheckStep } from "./CheckStep.tsx";
import { ColumnsStep } from "./ColumnsStep.tsx";
import { RuleStep } from "./RuleStep.tsx";
import { RunStep } from "./RunStep.tsx";
import { UploadStep } from "./UploadStep.tsx";

const STEPS = ["Upload", "Columns", "Duplicates", "Check", "Import"] as const;

/** A file becomes records of one object, in five steps. */
export default function ImportPage() {
  const { table = "" } = useParams();
  const object = useCatalog().byTable(table);
  return object ? <Import key={table} object={object} /> : <NotFoundPage />;
}

function Import({ object }: { object: ObjectDef }) {
  const navigate = useNavigate();
  const [step, setStep] = useState(0);
  const [file, setFile] = useState<ImportFile | null>(null);
  const [choice, setChoice] = useState<ImportChoice | null>(null);
  const [job, setJob] = useState<Job | null>(null);
  const reason = createReason(object);
  const many = object.plural_label.toLowerCase();
  const taken = (next: ImportFile, sheet: string | null) => {
    setFile(next);
    setChoice({ file: next.id, sheet, fields: suggested(next), matchField: null, policy: "create" });
    setStep(1);
  };
  if (reason)
    return (
      <>
        <PageHeader title={`Import ${many}`} />
        <EmptyState title="You may not do this">{reason}</EmptyState>
      </>
    );
  return (
    <>
      <PageHeader
        title={`Import ${many}`}
        subtitle={file ? `${file.name} · ${file.format}` : "A CSV file or an Excel workbook"}
        actions={<Button onClick={() => void navigate(links.list(object.table))}>Close</Button>}
      />
      <div className={css.page}>
        <ol className={css.rail} aria-label="Steps">
          {STEPS.map((name, position) => (
            <li key={name} aria-current={position === step ? "step" : undefined} data-done={position < step}>
              <span aria-hidden>{position + 1}</span>
              {name}
            </li>
          ))}
        </ol>
        <div className={css.step}>
          {step === 0 && <UploadStep object={object} onUploaded={(uploaded) => taken(uploaded, null)} />}
          {step === 1 && file && choice && (
            <ColumnsStep
              object={object}
              file={file}
              choice={choice}
              onChange={setChoice}
              onSheet={taken}
              onBack={() => setStep(0)}
              onNext={() => setStep(2)}
            />
          )}
          {step === 2 && file && choice && (
            <RuleStep
              object={object}
              file={file}
              choice={choice}
              onChange={setChoice}
              onBack={() => setStep(1)}
              onNext={() => setStep(3)}
            />
          )}
          {step === 3 && choice && (
            <CheckStep
              object={object}
              choice={choice}
              onBack={() => setStep(2)}
              onStarted={(started) => {
                setJob(started);
                setStep(4);
              }}
            />
          )}
          {step === 4 && job && <RunStep object={object} job={job} />}
        </div>
      </div>
    </>
  );
}

function suggested(file: ImportFile): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const { name, field } of file.columns) if (field) fields[name] = field;
  return fields;
}
