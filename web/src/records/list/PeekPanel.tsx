import { useQuery } from "@tanstack/react-query";
import { ExternalLink, X } from "lucide-react";
import { masked, type ObjectDef } from "@/api/catalog.ts";
import { keys } from "@/api/keys.ts";
import { readRecord, textOf } from "@/api/records.ts";
import { links } from "@/links.ts";
import { IconButton, LinkButton } from "@/ui/Button.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { FieldText } from "../FieldText.tsx";
import css from "./PeekPanel.module.css";

const LEFT_OUT = new Set(["score_reasons", "score_tier", "score_model", "scored_at", "external_id"]);

/** A record beside the list, read only. */
export function PeekPanel({ object, id, onClose }: { object: ObjectDef; id: string; onClose: () => void }) {
  const record = useQuery({
    queryKey: keys.record(object.table, id),
    queryFn: ({ signal }) => readRecord(object.table, id, signal),
  });
  const title = textOf(record.data, object.title) || object.label;
  const filled = object.fields.filter(
    (field) =>
      field.name !== object.title &&
      !LEFT_OUT.has(field.name) &&
      !masked(object, field.name) &&
      (record.data?.[field.name] ?? null) !== null,
  );
  return (
    <aside className={css.panel} aria-label={`Peek at ${title}`}>
      <header className={css.header}>
        <h2>{title}</h2>
        <LinkButton to={links.record(object.table, id)} size="s" icon={<ExternalLink aria-hidden />}>
          Open
        </LinkButton>
        <IconButton size="s" label="Close" onClick={onClose}>
          <X aria-hidden />
        </IconButton>
      </header>
      <div className={css.body}>
        {record.error ? (
          <ProblemState error={record.error} onRetry={() => void record.refetch()} compact />
        ) : record.data ? (
          <dl>
            {filled.map((field) => (
              <div key={field.name} className={css.line}>
                <dt>{field.label}</dt>
                <dd>{record.data && <FieldText object={object} field={field} record={record.data} />}</dd>
              </div>
            ))}
          </dl>
        ) : (
          <SkeletonRows count={7} />
        )}
      </div>
    </aside>
  );
}
