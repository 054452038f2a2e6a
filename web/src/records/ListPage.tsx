import { Plus } from "lucide-react";
import { useEffect, useEffectEvent } from "react";
import { useNavigate, useParams } from "react-router";
import { type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { formatCount } from "@/format/format.ts";
import { links } from "@/links.ts";
import { NotFoundPage } from "@/shell/NotFoundPage.tsx";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import css from "./ListPage.module.css";
import { BulkBar } from "./list/BulkBar.tsx";
import { StatusPresets } from "./lead/StatusPresets.tsx";
import { ColumnChooser } from "./list/ColumnChooser.tsx";
import { ExportMenu } from "./list/ExportMenu.tsx";
import { FilterBar } from "./list/FilterBar.tsx";
import { ListActions } from "./list/ListActions.tsx";
import { PeekPanel } from "./list/PeekPanel.tsx";
import { RecordTable } from "./list/RecordTable.tsx";
import { SavedViews } from "./list/SavedViews.tsx";
import { useRecordList } from "./list/useRecordList.ts";
import { useSelection } from "./list/useSelection.ts";
import { useView } from "./list/useView.ts";
import { createReason } from "./permissions.ts";

/** The list of any object. */
export default function ListPage() {
  const { table = "" } = useParams();
  const object = useCatalog().byTable(table);
  return object ? <RecordList key={table} object={object} /> : <NotFoundPage />;
}

function RecordList({ object }: { object: ObjectDef }) {
  const { view, change, parameters, setParameter } = useView(object);
  const list = useRecordList(object, view);
  const selection = useSelection(list.records, view);
  const navigate = useNavigate();
  const peeked = parameters.get("peek");
  const reason = createReason(object);
  const create = () => void navigate(links.create(object.table));
  useNewKey(() => reason === undefined && create());
  return (
    <div className={css.page}>
      <PageHeader
        title={object.plural_label}
        after={
          list.total !== null && (
            <span className={css.count}>
              {list.approximate && "about "}
              {formatCount(list.total, object.label.toLowerCase(), object.plural_label.toLowerCase())}
            </span>
          )
        }
        actions={
          <>
            {object.table === "lead_statuses" && <StatusPresets object={object} />}
            <ListActions object={object} />
            <Button variant="primary" icon={<Plus aria-hidden />} reason={reason} onClick={create}>
              New {object.label.toLowerCase()}
            </Button>
          </>
        }
      />
      <div className={css.tools}>
        <SavedViews
          object={object}
          view={view}
          current={parameters.get("view")}
          onForget={() => setParameter("view", null)}
        />
        <FilterBar object={object} view={view} change={change} />
        <span className={css.space} />
        <ExportMenu variant="ghost" object={object} view={view} />
        <ColumnChooser object={object} columns={view.columns} onChange={(columns) => change({ columns })} />
      </div>
      <div className={css.body}>
        {list.error && list.records.length === 0 ? (
          <ProblemState error={list.error} onRetry={() => void list.refetch()} />
        ) : list.isLoading ? (
          <div className={css.loading}>
            <SkeletonRows count={14} />
          </div>
        ) : list.records.length === 0 ? (
          <NothingHere
            object={object}
            filtered={view.filters.length > 0 || view.tree !== null || view.q !== ""}
            reason={reason}
            onClear={() => change({ filters: [], tree: null, q: "" })}
            onCreate={create}
          />
        ) : (
          <RecordTable
            object={object}
            view={view}
            records={list.records}
            total={list.total}
            peeked={peeked}
            selection={selection}
            stale={list.isPlaceholderData}
            hasMore={list.hasNextPage && !list.isFetchingNextPage}
            onMore={() => void list.fetchNextPage()}
            onSort={(sort) => change({ sort })}
            onPeek={(id) => setParameter("peek", id === peeked ? null : id)}
          />
        )}
        {selection.count(list.total) > 0 && (
          <BulkBar object={object} view={view} selection={selection} total={list.total} loaded={list.records.length} />
        )}
        {peeked && <PeekPanel object={object} id={peeked} onClose={() => setParameter("peek", null)} />}
      </div>
    </div>
  );
}

function NothingHere({
  object,
  filtered,
  reason,
  onClear,
  onCreate,
}: {
  object: ObjectDef;
  filtered: boolean;
  reason: string | undefined;
  onClear: () => void;
  onCreate: () => void;
}) {
  const many = object.plural_label.toLowerCase();
  if (filtered) {
    return (
      <EmptyState title={`No ${many} match`} action={<Button onClick={onClear}>Clear search and filters</Button>}>
        Try fewer words or remove a filter.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title={`No ${many} yet`}
      action={
        <Button variant="primary" reason={reason} onClick={onCreate}>
          New {object.label.toLowerCase()}
        </Button>
      }
    >
      What you or your team add or import shows up here.
    </EmptyState>
  );
}

/** `n` starts a new record. */
function useNewKey(create: () => void): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const elsewhere =
      event.target instanceof HTMLElement &&
      event.target.closest("input, textarea, select, [role=dialog], [role=menu]") !== null;
    if (event.key === "n" && !elsewhere && !event.ctrlKey && !event.metaKey && !event.altKey) create();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);
}
