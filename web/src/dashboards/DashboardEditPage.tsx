import { useQuery, useQueryClient } from "@tanstack/react-query";
import { LayoutDashboard, Plus, Save, Trash2 } from "lucide-react";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { keys } from "@/api/keys.ts";
import { type CrmRecord, createRecord, deleteRecord, restoreRecord, textOf, updateRecord } from "@/api/records.ts";
import { links } from "@/links.ts";
import { isId, mayChange } from "@/reports/saved.ts";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { Input } from "@/ui/Field.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { PageSkeleton } from "@/ui/Skeleton.tsx";
import { say, sayProblem, sayWithUndo } from "@/ui/toast.tsx";
import { DASHBOARDS, definitionOf, recordQuery } from "./dashboard.ts";
import {
  type Definition,
  emptyDefinition,
  freeTileId,
  MOST_TILES,
  type TileDefinition,
  usualSize,
} from "./definition.ts";
import css from "./DashboardEditPage.module.css";
import { EditGrid } from "./EditGrid.tsx";
import { freePlace, settled } from "./layout.ts";
import { TileDialog, type TileFacts } from "./TileDialog.tsx";

/** Makes a dashboard, or changes one's own. */
export default function DashboardEditPage() {
  const { name } = useParams();
  const {
    data: record,
    error,
    refetch,
  } = useQuery({ ...recordQuery(name ?? ""), enabled: name !== undefined && isId(name) });
  if (name === undefined) return <Edit key="new" record={null} />;
  if (!isId(name))
    return (
      <>
        <PageHeader title="Edit dashboard" />
        <EmptyState icon={<LayoutDashboard />} title="Ready dashboards stay as they are">
          Make a dashboard of your own and put the same reports on it.
        </EmptyState>
      </>
    );
  if (error)
    return (
      <>
        <PageHeader title="Edit dashboard" />
        <ProblemState error={error} onRetry={() => void refetch()} />
      </>
    );
  return record ? <Edit key={name} record={record} /> : <PageSkeleton />;
}

function Edit({ record }: { record: CrmRecord | null }) {
  const [title, setTitle] = useState(textOf(record ?? undefined, "name"));
  const [definition, setDefinition] = useState<Definition>(() => (record ? definitionOf(record) : emptyDefinition()));
  const [dialog, setDialog] = useState<TileDefinition | "new" | null>(null);
  const [busy, setBusy] = useState(false);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const setTiles = (tiles: TileDefinition[]) => setDefinition({ ...definition, tiles });

  const put = (facts: TileFacts) => {
    if (dialog === "new") {
      const size = usualSize(facts.kind);
      const tile = { ...facts, id: freeTileId(definition.tiles), ...size, ...freePlace(definition.tiles, size) };
      setTiles([...definition.tiles, tile]);
    } else if (dialog) {
      setTiles(
        definition.tiles.map((tile) =>
          tile.id === dialog.id ? { id: tile.id, x: tile.x, y: tile.y, w: tile.w, h: tile.h, ...facts } : tile,
        ),
      );
    }
    setDialog(null);
  };
  const save = async () => {
    setBusy(true);
    try {
      const fields = { name: title.trim(), definition: JSON.parse(JSON.stringify(definition)) };
      const kept = record ? await updateRecord(DASHBOARDS, record, fields) : await createRecord(DASHBOARDS, fields);
      await queries.invalidateQueries({ queryKey: keys.table(DASHBOARDS) });
      say("Saved", title.trim());
      void navigate(links.dashboard(kept.id));
    } catch (thrown) {
      sayProblem("It could not be saved; nothing on this page is lost", thrown);
      setBusy(false);
    }
  };
  const remove = async () => {
    if (!record) return;
    try {
      await deleteRecord(DASHBOARDS, record);
      await queries.invalidateQueries({ queryKey: keys.table(DASHBOARDS) });
      sayWithUndo(
        `Deleted ${title}`,
        () =>
          void restoreRecord(DASHBOARDS, record.id).then(() =>
            queries.invalidateQueries({ queryKey: keys.table(DASHBOARDS) }),
          ),
      );
      void navigate(links.dashboards());
    } catch (thrown) {
      sayProblem("It could not be deleted", thrown);
    }
  };
  const blocked =
    record && !mayChange(record)
      ? "Only its owner can change it"
      : title.trim() === ""
        ? "Give it a name first"
        : undefined;
  const full = definition.tiles.length >= MOST_TILES ? `A dashboard holds up to ${MOST_TILES} tiles` : undefined;
  return (
    <>
      <PageHeader
        title={record ? "Edit dashboard" : "New dashboard"}
        actions={
          <>
            {record && (
              <Button variant="ghost" icon={<Trash2 size={15} aria-hidden />} onClick={() => void remove()}>
                Delete
              </Button>
            )}
            <Button onClick={() => void navigate(record ? links.dashboard(record.id) : links.dashboards())}>
              Cancel
            </Button>
            <Button icon={<Plus size={15} aria-hidden />} reason={full} onClick={() => setDialog("new")}>
              Add tile
            </Button>
            <Button
              variant="primary"
              icon={<Save size={15} aria-hidden />}
              busy={busy}
              reason={blocked}
              onClick={() => void save()}
            >
              Save
            </Button>
          </>
        }
      >
        <Input
          className={css.name ?? ""}
          aria-label="Name of the dashboard"
          placeholder="Name"
          value={title}
          maxLength={200}
          onChange={(event) => setTitle(event.target.value)}
        />
      </PageHeader>
      {definition.tiles.length === 0 ? (
        <EmptyState
          icon={<LayoutDashboard />}
          title="Put a report on it"
          action={
            <Button variant="primary" onClick={() => setDialog("new")}>
              Add tile
            </Button>
          }
        >
          Every tile is a report: as a figure, a chart or a table.
        </EmptyState>
      ) : (
        <EditGrid
          tiles={definition.tiles}
          onTiles={setTiles}
          onEdit={setDialog}
          onDelete={(id) => setTiles(settled(definition.tiles.filter((tile) => tile.id !== id)))}
        />
      )}
      {dialog && <TileDialog tile={dialog === "new" ? null : dialog} onPut={put} onClose={() => setDialog(null)} />}
    </>
  );
}
