import { useQuery } from "@tanstack/react-query";
import { Download, Trash2 } from "lucide-react";
import { useState } from "react";
import { formatMoment } from "@/format/format.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Confirm } from "@/ui/Confirm.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { sayProblem } from "@/ui/toast.tsx";
import { type Document, documentVersions, refreshDocuments, removeVersion, saveDocument } from "./documents.ts";
import css from "./Files.module.css";
import { formatBytes } from "./kinds.ts";
import { UploadLine } from "./UploadLine.tsx";
import { useUploads } from "./useUploads.ts";

/** Every version of a document: save an old one, bring a new one, remove one for good. */
export function VersionsDialog({
  document,
  reason,
  onClose,
}: {
  document: Document;
  reason?: string | undefined;
  onClose: () => void;
}) {
  const query = useQuery(documentVersions(document.id));
  const { uploads, add } = useUploads(`/api/documents/${document.id}/versions`);
  const [leaving, setLeaving] = useState<number | null>(null);
  const kept = query.data?.filter((version) => !version.removed_at) ?? [];
  const only = kept.length === 1 ? "This is the only version; delete the file instead" : undefined;
  const remove = async (number: number) => {
    setLeaving(null);
    try {
      await removeVersion(document.id, number);
    } catch (thrown) {
      sayProblem("The version was not removed", thrown);
    }
    await refreshDocuments();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={document.name}
      description="Its versions, newest first"
      footer={
        <label className={css.bring}>
          <input
            type="file"
            hidden
            disabled={reason !== undefined}
            onChange={(event) => {
              void add(event.target.files ?? []);
              event.target.value = "";
            }}
          />
          <Button
            reason={reason}
            onClick={(event) => event.currentTarget.closest("label")?.querySelector("input")?.click()}
          >
            Add a version
          </Button>
        </label>
      }
    >
      {query.error && <ProblemState error={query.error} onRetry={() => void query.refetch()} compact />}
      {query.isPending && <SkeletonRows />}
      <ul className={css.list}>
        {uploads.map((upload) => (
          <UploadLine key={upload.key} upload={upload} />
        ))}
        {query.data?.map((version) => (
          <li key={version.number} className={css.line}>
            <Badge tone={version.number === document.number ? "accent" : "neutral"}>{version.number}</Badge>
            <div className={css.what}>
              <strong className={version.removed_at ? css.removed : undefined}>{version.file_name}</strong>
              <span>
                {formatBytes(version.size_bytes)} · {version.uploaded_by_name} · {formatMoment(version.uploaded_at)}
                {version.removed_at && " · removed"}
              </span>
            </div>
            {!version.removed_at && (
              <>
                <IconButton
                  label={`Download version ${version.number}`}
                  onClick={() => {
                    saveDocument(document.id, version.number).catch((thrown: unknown) =>
                      sayProblem("It could not be downloaded", thrown),
                    );
                  }}
                >
                  <Download aria-hidden />
                </IconButton>
                <IconButton
                  label={`Remove version ${version.number}`}
                  reason={reason ?? only}
                  onClick={() => setLeaving(version.number)}
                >
                  <Trash2 aria-hidden />
                </IconButton>
              </>
            )}
          </li>
        ))}
      </ul>
      <Confirm
        open={leaving !== null}
        title={`Remove version ${leaving ?? ""}?`}
        description="Its content is removed for good, and links to it stop to work."
        verb="Remove"
        onConfirm={() => void remove(leaving ?? 0)}
        onClose={() => setLeaving(null)}
      />
    </Dialog>
  );
}
