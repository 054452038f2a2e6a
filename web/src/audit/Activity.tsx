import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Download, ShieldAlert, ShieldCheck, X } from "lucide-react";
import { useDeferredValue } from "react";
import { Link } from "react-router";
import { fieldOf, type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { download } from "@/api/client.ts";
import type { FieldValue } from "@/api/records.ts";
import { formatChoice, formatCount, formatMoment, formatNumber } from "@/format/format.ts";
import { links } from "@/links.ts";
import { changedText } from "@/records/timeline/FieldChanges.tsx";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { DayField, Input, Select } from "@/ui/Field.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { sayProblem } from "@/ui/toast.tsx";
import css from "./Audit.module.css";
import { AUDIT_FILTERS, type AuditLine, auditLines, exportPath, verification } from "./audit.ts";
import { useFilters } from "./useFilters.ts";

const ACTIONS = ["create", "update", "delete", "restore", "download", "link", "export", "erase"];

export function Activity() {
  const { filters, change } = useFilters(AUDIT_FILTERS);
  const query = useInfiniteQuery(auditLines(useDeferredValue(filters)));
  const catalog = useCatalog();
  const lines = query.data?.pages.flatMap((page) => page.items) ?? [];
  const save = () => {
    download(exportPath(filters), "audit.csv").catch((thrown: unknown) => sayProblem("There is no file", thrown));
  };
  return (
    <>
      <Seal />
      <div className={css.tools} role="search">
        <Input
          aria-label="Who"
          placeholder="Login name"
          value={filters.actor ?? ""}
          onChange={(event) => change("actor", event.target.value)}
        />
        <Select
          aria-label="About"
          value={filters.object ?? ""}
          onChange={(event) => change("object", event.target.value)}
        >
          <option value="">Everything</option>
          {catalog.objects.map(({ name, plural_label }) => (
            <option key={name} value={name}>
              {plural_label}
            </option>
          ))}
          <option value="document">Documents</option>
        </Select>
        <Select
          aria-label="Action"
          value={filters.action ?? ""}
          onChange={(event) => change("action", event.target.value)}
        >
          <option value="">Any action</option>
          {ACTIONS.map((action) => (
            <option key={action} value={action}>
              {formatChoice(action)}
            </option>
          ))}
        </Select>
        <DayField label="From" value={filters.from ?? ""} onChange={(day) => change("from", day)} />
        <DayField label="To" value={filters.to ?? ""} onChange={(day) => change("to", day)} />
        <Button icon={<Download aria-hidden />} onClick={save}>
          Export
        </Button>
      </div>
      {filters.record_id && (
        <Button size="s" icon={<X aria-hidden />} onClick={() => change("record_id", "")}>
          Of one record only
        </Button>
      )}
      {query.error && <ProblemState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <SkeletonRows />}
      {query.isSuccess && lines.length === 0 && <EmptyState title="Nothing matches">Widen the filters.</EmptyState>}
      <ul className={css.list}>
        {lines.map((line) => (
          <Line key={line.id} line={line} />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  );
}

/** Whether the chain over the log is intact; walked on request. */
function Seal() {
  const query = useQuery({ ...verification, enabled: false });
  const { data, error, isFetching, refetch } = query;
  return (
    <div className={css.seal} role="status">
      {data && !data.intact ? <ShieldAlert aria-hidden /> : <ShieldCheck aria-hidden />}
      <p>
        {error
          ? error.message
          : !data
            ? "Every entry is sealed in a hash chain within seconds. Verify that nothing was changed afterwards."
            : data.intact
              ? `Intact: ${formatCount(data.sealed, "sealed entry is", "sealed entries are")} what they were${data.erased > 0 ? `, ${formatNumber(data.erased)} of them emptied because somebody asked to be forgotten` : ""}.`
              : `Not intact: ${formatCount(data.finding_count, "finding", "findings")}. First: ${firstFinding(data)}`}
        {data?.checkpoint && <code title="Keep it elsewhere">{data.checkpoint}</code>}
      </p>
      <Button busy={isFetching} onClick={() => void refetch()}>
        Verify
      </Button>
    </div>
  );
}

function firstFinding({ findings }: { findings: { kind: string; entry_id?: number | null }[] }): string {
  const [first] = findings;
  if (!first) return "";
  return `${formatChoice(first.kind).toLowerCase()}${first.entry_id ? `, entry ${first.entry_id}` : ""}`;
}

function Line({ line }: { line: AuditLine }) {
  const object = useCatalog().byName(line.object);
  const label = object?.label ?? formatChoice(line.object);
  const fields = Object.keys(line.changes);
  return (
    <li className={css.line}>
      <time dateTime={line.at}>{formatMoment(line.at)}</time>
      <strong>{line.actor_name}</strong>
      <Badge tone={line.action === "delete" || line.action === "erase" ? "danger" : "neutral"}>
        {formatChoice(line.action)}
      </Badge>
      {object && line.record_id ? (
        <Link to={links.record(object.table, line.record_id)}>{label}</Link>
      ) : (
        <span>{label}</span>
      )}
      <details className={css.changes}>
        <summary>
          {fields.length === 0
            ? "No fields"
            : fields
                .slice(0, 4)
                .map((name) => labelOf(object, name))
                .join(", ")}
          {fields.length > 4 && ` and ${fields.length - 4} more`}
        </summary>
        <ul>
          {fields.map((name) => (
            <Change key={name} label={labelOf(object, name)} change={line.changes[name]} />
          ))}
        </ul>
        <p>
          Entry {line.id}
          {line.source && ` · ${line.source}`}
          {line.request_id && ` · request ${line.request_id}`}
          {line.sealed ? " · sealed" : " · not sealed yet"}
        </p>
      </details>
    </li>
  );
}

function labelOf(object: ObjectDef | undefined, name: string): string {
  return (object && fieldOf(object, name)?.label) ?? formatChoice(name);
}

/** What a field was and became; what has no such sides, as a size of a file, stands as it is. */
function Change({ label, change }: { label: string; change: FieldValue | undefined }) {
  const sides = change !== null && typeof change === "object" && !Array.isArray(change) ? change : undefined;
  return (
    <li>
      <span>{label}</span>{" "}
      {sides && ("old" in sides || "new" in sides) ? (
        <>
          <del>{changedText(sides.old ?? null)}</del> <span aria-hidden>→</span>{" "}
          <ins>{changedText(sides.new ?? null)}</ins>
        </>
      ) : (
        <ins>{changedText(change ?? null)}</ins>
      )}
    </li>
  );
}
