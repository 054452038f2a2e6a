import { useInfiniteQuery } from "@tanstack/react-query";
import { Upload as UploadIcon } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import type { ObjectDef } from "@/api/catalog.ts";
import { Button } from "@/ui/Button.tsx";
import { classes } from "@/ui/classes.ts";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { updateReason } from "../permissions.ts";
import { DocumentLine } from "./DocumentLine.tsx";
import { recordDocuments } from "./documents.ts";
import css from "./Files.module.css";
import { UploadLine } from "./UploadLine.tsx";
import { useUploads } from "./useUploads.ts";

/** What is attached to a record: drop files here, look at them, take them away again. */
export function Files({ object, id }: { object: ObjectDef; id: string }) {
  const query = useInfiniteQuery(recordDocuments(object.table, id));
  const { uploads, add } = useUploads(`/api/${object.table}/${id}/documents`);
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const reason = updateReason(object);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (!reason) void add(event.dataTransfer.files);
  };
  const documents = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div
      className={classes(over && css.over)}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(reason === undefined);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <section className={css.files} aria-label="Files">
        <div className={css.drop}>
          <UploadIcon aria-hidden />
          <p>
            {reason ?? "Drop files here. A file of the same name becomes its next version."}
            {!reason && (
              <span> Contracts, proposals, pictures: anything up to the size that your administrator set.</span>
            )}
          </p>
          <input
            ref={input}
            type="file"
            multiple
            hidden
            data-testid="file-input"
            onChange={(event) => {
              void add(event.target.files ?? []);
              event.target.value = "";
            }}
          />
          <Button reason={reason} onClick={() => input.current?.click()}>
            Choose files
          </Button>
        </div>
        {query.error && <ProblemState error={query.error} onRetry={() => void query.refetch()} compact />}
        {query.isPending && <SkeletonRows />}
        <ul className={css.list}>
          {uploads.map((upload) => (
            <UploadLine key={upload.key} upload={upload} />
          ))}
          {documents.map((document) => (
            <DocumentLine key={document.id} document={document} reason={reason} />
          ))}
        </ul>
        {query.hasNextPage && (
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        )}
      </section>
    </div>
  );
}
