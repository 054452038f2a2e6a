import { useQuery } from "@tanstack/react-query";
import { Ellipsis, Pencil, RotateCcw, Trash2, UserRoundX } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { fieldOf, type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { keys } from "@/api/keys.ts";
import { useSession } from "@/api/session.ts";
import { type CrmRecord, readRecord, restoreRecord, textOf } from "@/api/records.ts";
import { formatAge } from "@/format/format.ts";
import { links } from "@/links.ts";
import { NotFoundPage } from "@/shell/NotFoundPage.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Menu, MenuItem } from "@/ui/Menu.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { Segments } from "@/ui/Segments.tsx";
import { PageSkeleton } from "@/ui/Skeleton.tsx";
import { useNarrow } from "@/ui/useNarrow.ts";
import { say, sayProblem } from "@/ui/toast.tsx";
import { FieldText } from "./FieldText.tsx";
import { Files } from "./files/Files.tsx";
import { scoreOf } from "./lead/score.ts";
import { ScoreBadge } from "./lead/ScoreBadge.tsx";
import { ConvertDialog } from "./lead/ConvertDialog.tsx";
import { LeadActions, sayConverted } from "./lead/LeadActions.tsx";
import { StatusPath } from "./lead/StatusPath.tsx";
import { RatingCard } from "./lead/RatingCard.tsx";
import { ScoreCard } from "./lead/ScoreCard.tsx";
import { deleteReason, updateReason } from "./permissions.ts";
import { OwnerActions } from "./record/OwnerActions.tsx";
import { CollaboratorsCard } from "./record/CollaboratorsCard.tsx";
import { KeyFields } from "./record/KeyFields.tsx";
import { Related } from "./record/Related.tsx";
import { Marks } from "./record/Marks.tsx";
import { MARKED } from "./record/bookmarks.ts";
import { StagePath } from "./record/StagePath.tsx";
import { StuckBadge } from "./record/StuckBadge.tsx";
import { TagsCard } from "./record/TagsCard.tsx";
import css from "./RecordPage.module.css";
import { Composer } from "./timeline/Composer.tsx";
import { Timeline } from "./timeline/Timeline.tsx";
import { WITH_TIMELINE } from "./timeline/timelineApi.ts";
import { PreviewButton } from "./user/PreviewButton.tsx";
import { deleteWithUndo, refresh } from "./writes.ts";

/** One record of any object. */
export default function RecordPage() {
  const { table = "", id = "" } = useParams();
  const object = useCatalog().byTable(table);
  return object ? <LoadedRecord key={id} object={object} id={id} /> : <NotFoundPage />;
}

function LoadedRecord({ object, id }: { object: ObjectDef; id: string }) {
  const query = useQuery({
    queryKey: keys.record(object.table, id),
    queryFn: ({ signal }) => readRecord(object.table, id, signal),
  });
  if (query.data) return <Record object={object} record={query.data} />;
  if (query.error) return <ProblemState error={query.error} onRetry={() => void query.refetch()} />;
  return <PageSkeleton />;
}

/** Objects whose records are people, who may ask what is held about them and to be forgotten. */
const PEOPLE = new Set(["leads", "contacts", "users"]);

type Tab = "timeline" | "files" | "details";
const TABS: readonly { value: Tab; label: string }[] = [
  { value: "timeline", label: "Timeline" },
  { value: "files", label: "Files" },
];
/** On a phone the details have no place beside the timeline. */
const NARROW_TABS: typeof TABS = [...TABS, { value: "details", label: "Details" }];

/** The tab stands in the address, so that a link leads to it. */
function useTab(tabs: typeof TABS): [Tab, (tab: Tab) => void] {
  const [parameters, setParameters] = useSearchParams();
  const tab = tabs.find(({ value }) => value === parameters.get("tab"))?.value ?? "timeline";
  return [tab, (next) => setParameters(next === "timeline" ? {} : { tab: next }, { replace: true })];
}

function Record({ object, record }: { object: ObjectDef; record: CrmRecord }) {
  const withTimeline = WITH_TIMELINE.has(object.table);
  const narrow = useNarrow() && withTimeline;
  const [converting, setConverting] = useState(false);
  const lead = object.table === "leads" && !record.deleted_at;
  const convert = () => setConverting(true);
  const tabs = narrow ? NARROW_TABS : TABS;
  const [tab, setTab] = useTab(tabs);
  return (
    <>
      <Header object={object} record={record} onConvert={lead ? convert : undefined} />
      {record.deleted_at && <Deleted object={object} record={record} />}
      {object.table === "deals" && <StagePath object={object} record={record} />}
      {lead && <StatusPath object={object} record={record} onConvert={convert} />}
      {converting && (
        <ConvertDialog
          lead={record}
          onClose={() => setConverting(false)}
          onConverted={(converted) => {
            setConverting(false);
            sayConverted(converted.lead);
          }}
        />
      )}
      <div className={withTimeline ? css.columns : css.single}>
        {withTimeline && (
          <div className={css.middle}>
            <Segments label="What to show" value={tab} options={tabs} onChange={setTab} />
            {tab === "files" && <Files object={object} id={record.id} />}
            {tab === "timeline" && (
              <>
                <Composer object={object} record={record} />
                <Timeline table={object.table} id={record.id} />
              </>
            )}
          </div>
        )}
        {(!narrow || tab === "details") && (
          <div className={css.side}>
            {object.table === "leads" && <ScoreCard record={record} />}
            {object.table === "leads" && <RatingCard record={record} />}
            <KeyFields object={object} record={record} />
            <CollaboratorsCard object={object} record={record} />
            <TagsCard object={object} record={record} />
            <Related object={object} record={record} />
            {!withTimeline && <Files object={object} id={record.id} />}
          </div>
        )}
      </div>
    </>
  );
}

function Header({
  object,
  record,
  onConvert,
}: {
  object: ObjectDef;
  record: CrmRecord;
  onConvert: (() => void) | undefined;
}) {
  const navigate = useNavigate();
  // What is only known by another record, as a stage span by its deal, has no title of its own.
  const linked = fieldOf(object, object.title)?.kind.type === "link";
  const title = linked ? object.label : textOf(record, object.title) || `Untitled ${object.label.toLowerCase()}`;
  const status = fieldOf(object, "status") ?? fieldOf(object, "lifecycle");
  const remove = async () => {
    if (await deleteWithUndo(object, record)) void navigate(links.list(object.table));
  };
  const whyNotDelete = deleteReason(object);
  const whyNotEdit = updateReason(object);
  const narrow = useNarrow();
  const edit = () => void navigate(links.edit(object.table, record.id));
  const administrator = useSession()?.user.role === "admin";
  return (
    <PageHeader
      title={title}
      before={
        <Link className={css.crumb} to={links.list(object.table)}>
          {object.plural_label}
        </Link>
      }
      after={
        <>
          {status && (record[status.name] ?? null) !== null && (
            <FieldText object={object} field={status} record={record} />
          )}
          {object.table === "deals" && <StuckBadge deal={record} />}
          {object.table === "leads" && scoreOf(record) && <ScoreBadge record={record} />}
        </>
      }
      actions={
        <>
          <span className={css.changed}>Changed {formatAge(record.updated_at)}</span>
          {MARKED.has(object.table) && <Marks object={object} record={record} />}
          <OwnerActions object={object} record={record} />
          {onConvert && <LeadActions object={object} record={record} onConvert={onConvert} />}
          {object.table === "users" && <PreviewButton record={record} />}
          {!narrow && (
            <Button icon={<Pencil aria-hidden />} reason={whyNotEdit} onClick={edit}>
              Edit
            </Button>
          )}
          <Menu
            trigger={
              <IconButton label="More" variant="secondary">
                <Ellipsis aria-hidden />
              </IconButton>
            }
          >
            {narrow && (
              <MenuItem
                icon={<Pencil aria-hidden />}
                disabled={whyNotEdit !== undefined}
                onSelect={edit}
                {...(whyNotEdit ? { hint: "not allowed" } : {})}
              >
                Edit {object.label.toLowerCase()}
              </MenuItem>
            )}
            <MenuItem
              danger
              icon={<Trash2 aria-hidden />}
              disabled={whyNotDelete !== undefined || record.deleted_at !== null}
              onSelect={() => void remove()}
              {...(whyNotDelete ? { hint: "not allowed" } : {})}
            >
              Delete {object.label.toLowerCase()}
            </MenuItem>
            {administrator && PEOPLE.has(object.table) && (
              <MenuItem
                icon={<UserRoundX aria-hidden />}
                onSelect={() => void navigate(links.privacy({ object: object.name, id: record.id }))}
              >
                Personal data…
              </MenuItem>
            )}
          </Menu>
        </>
      }
    />
  );
}

function Deleted({ object, record }: { object: ObjectDef; record: CrmRecord }) {
  const restore = async () => {
    try {
      await restoreRecord(object.table, record.id);
      say("It is back");
    } catch (thrown) {
      sayProblem("It could not be brought back", thrown);
    }
    await refresh(object.table);
  };
  return (
    <div className={css.deleted} role="status">
      This {object.label.toLowerCase()} was deleted{record.deleted_at ? ` ${formatAge(record.deleted_at)}` : ""}.
      <Button size="s" icon={<RotateCcw aria-hidden />} reason={deleteReason(object)} onClick={() => void restore()}>
        Bring it back
      </Button>
    </div>
  );
}
