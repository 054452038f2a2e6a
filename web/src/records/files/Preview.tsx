import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { sayProblem } from "@/ui/toast.tsx";
import { type Document, readContent, saveDocument } from "./documents.ts";
import css from "./Files.module.css";
import { formatBytes, kindName, previewKind } from "./kinds.ts";
import { PdfPages } from "./PdfPages.tsx";

/** Shown of a long text. */
const MAX_TEXT = 200_000;

/** What is in a file, drawn by us: nothing in it can run, and nothing is fetched from elsewhere. */
export function Preview({ document, onClose }: { document: Document; onClose: () => void }) {
  const kind = previewKind(document.media_type, document.size_bytes);
  const save = () => {
    saveDocument(document.id, document.number).catch((thrown: unknown) =>
      sayProblem("It could not be downloaded", thrown),
    );
  };
  return (
    <Dialog
      open
      onClose={onClose}
      shape="wide"
      title={document.name}
      description={`${kindName(document.media_type)}, ${formatBytes(document.size_bytes)}`}
      footer={
        <Button icon={<Download aria-hidden />} onClick={save}>
          Download
        </Button>
      }
    >
      {kind === "none" ? (
        <EmptyState title="There is no preview of this file">
          Download it to open it with a program of yours.
        </EmptyState>
      ) : (
        <Content document={document} kind={kind} />
      )}
    </Dialog>
  );
}

function Content({ document, kind }: { document: Document; kind: "image" | "pdf" | "text" }) {
  const query = useQuery({
    queryKey: ["document-content", document.id, document.number],
    queryFn: ({ signal }) => readContent(document.id, document.number, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  if (query.error) return <ProblemState error={query.error} onRetry={() => void query.refetch()} compact />;
  if (!query.data) return <SkeletonRows />;
  if (kind === "image") return <Picture blob={query.data} name={document.name} />;
  return kind === "pdf" ? <PdfPages blob={query.data} /> : <Text blob={query.data} />;
}

function Picture({ blob, name }: { blob: Blob; name: string }) {
  const show = useCallback(
    (image: HTMLImageElement) => {
      image.src = URL.createObjectURL(blob);
      return () => URL.revokeObjectURL(image.src);
    },
    [blob],
  );
  return <img ref={show} className={css.picture} alt={name} />;
}

function Text({ blob }: { blob: Blob }) {
  const [text, setText] = useState<string>();
  useEffect(() => {
    let wanted = true;
    void blob.text().then((read) => wanted && setText(read.slice(0, MAX_TEXT)));
    return () => {
      wanted = false;
    };
  }, [blob]);
  return text === undefined ? <SkeletonRows /> : <pre className={css.text}>{text}</pre>;
}
