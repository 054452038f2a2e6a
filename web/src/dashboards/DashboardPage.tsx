import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import {
  Download,
  FileImage,
  FileSpreadsheet,
  FileText,
  LayoutDashboard,
  Pencil,
  RefreshCw,
  Send,
  Share2,
} from "lucide-react";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { keys } from "@/api/keys.ts";
import { formatCell } from "@/format/cell.ts";
import { formatMoment } from "@/format/format.ts";
import { links } from "@/links.ts";
import { isId, mayChange } from "@/reports/saved.ts";
import { ShareDialog } from "@/reports/ShareDialog.tsx";
import { Button, IconButton, LinkButton } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { Menu, MenuItem } from "@/ui/Menu.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { PageSkeleton } from "@/ui/Skeleton.tsx";
import { sayProblem } from "@/ui/toast.tsx";
import {
  type DashboardFormat,
  DASHBOARDS,
  exportDashboard,
  type Freshness,
  recordQuery,
  tileQuery,
  viewQuery,
} from "./dashboard.ts";
import css from "./DashboardPage.module.css";
import { Tile } from "./Tile.tsx";
import tileCss from "./Tile.module.css";

/** A dashboard: a ready one by name, or a saved one by id. */
export default function DashboardPage() {
  const { name = "" } = useParams();
  const { data: view, error, refetch } = useQuery(viewQuery(name));
  const { data: record } = useQuery({ ...recordQuery(name), enabled: isId(name) });
  const [sharing, setSharing] = useState(false);
  const navigate = useNavigate();
  const queries = useQueryClient();
  if (error)
    return (
      <>
        <PageHeader title="Dashboard" />
        <ProblemState error={error} onRetry={() => void refetch()} />
      </>
    );
  if (!view) return <PageSkeleton />;
  const mine = mayChange(record ?? null);
  return (
    <>
      <PageHeader
        title={view.title}
        subtitle={view.description || undefined}
        actions={
          <>
            <IconButton
              label="Refresh"
              onClick={() => void queries.invalidateQueries({ queryKey: keys.table(DASHBOARDS) })}
            >
              <RefreshCw aria-hidden />
            </IconButton>
            <Button
              icon={<Send size={15} aria-hidden />}
              onClick={() => void navigate(links.newSchedule({ kind: "dashboard", subject: name }))}
            >
              Schedule
            </Button>
            {record && mine && (
              <Button icon={<Share2 size={15} aria-hidden />} onClick={() => setSharing(true)}>
                Share
              </Button>
            )}
            {record && mine && (
              <LinkButton to={links.editDashboard(name)} icon={<Pencil size={15} aria-hidden />}>
                Edit
              </LinkButton>
            )}
            <ExportButton name={name} />
          </>
        }
      />
      <FreshnessLine dashboard={name} tiles={view.tiles.map(({ id }) => id)} />
      {view.tiles.length === 0 ? (
        <EmptyState
          icon={<LayoutDashboard />}
          title="Nothing is on this dashboard yet"
          action={
            mine && (
              <LinkButton to={links.editDashboard(name)} variant="primary">
                Add a tile
              </LinkButton>
            )
          }
        />
      ) : (
        <div className={tileCss.grid}>
          {view.tiles.map((tile) => (
            <Tile key={tile.id} dashboard={name} tile={tile} />
          ))}
        </div>
      )}
      {sharing && record && <ShareDialog table={DASHBOARDS} record={record} onClose={() => setSharing(false)} />}
    </>
  );
}

const FORMATS: readonly { format: DashboardFormat; label: string; icon: typeof FileText }[] = [
  { format: "pdf", label: "PDF", icon: FileText },
  { format: "png", label: "Picture (PNG)", icon: FileImage },
  { format: "xlsx", label: "Excel (XLSX)", icon: FileSpreadsheet },
];

function ExportButton({ name }: { name: string }) {
  const [busy, setBusy] = useState(false);
  const save = async (format: DashboardFormat) => {
    setBusy(true);
    try {
      await exportDashboard(name, format);
    } catch (thrown) {
      sayProblem("It could not be exported", thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Menu
      trigger={
        <Button variant="primary" icon={<Download size={15} aria-hidden />} busy={busy}>
          Export
        </Button>
      }
    >
      {FORMATS.map(({ format, label, icon: Icon }) => (
        <MenuItem key={format} icon={<Icon size={15} aria-hidden />} onSelect={() => void save(format)}>
          {label}
        </MenuItem>
      ))}
    </Menu>
  );
}

/** The oldest state among the tiles: what the whole page can vouch for. */
function FreshnessLine({ dashboard, tiles }: { dashboard: string; tiles: string[] }) {
  const states = useQueries({
    queries: tiles.map((id) => tileQuery(dashboard, id)),
    combine: (answers) => answers.flatMap(({ data }) => data?.freshness ?? []),
  });
  const oldest = states.reduce<Freshness | undefined>(
    (old, state) => (!old || state.as_of < old.as_of ? state : old),
    undefined,
  );
  return (
    <p className={css.freshness} role="status">
      {oldest ? (
        <span title={`Log position ${oldest.lsn}`}>
          Numbers as of {formatMoment(oldest.as_of)}
          {oldest.lag_ms > 0 ? `, ${formatCell(oldest.lag_ms / 1_000, "decimal")} s behind the records` : ""}
        </span>
      ) : (
        " "
      )}
    </p>
  );
}
