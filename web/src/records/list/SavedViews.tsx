import { useQuery } from "@tanstack/react-query";
import { Bookmark, Check, Pencil, Save, Trash2 } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { keys } from "@/api/keys.ts";
import { queryClient } from "@/api/queryClient.ts";
import { type CrmRecord, deleteRecord, listRecords, restoreRecord, textOf, updateRecord } from "@/api/records.ts";
import { useSession } from "@/api/session.ts";
import { links } from "@/links.ts";
import { Button } from "@/ui/Button.tsx";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "@/ui/Menu.tsx";
import { say, sayProblem, sayWithUndo } from "@/ui/toast.tsx";
import { addressOf, definitionOf, SAVED_VIEWS } from "./savedView.ts";
import { SaveViewDialog } from "./SaveViewDialog.tsx";
import type { ListView } from "./view.ts";

const MAX_SHOWN = 100;

/** Views under a name: one's own, the team's, everyone's. */
export function SavedViews({
  object,
  view,
  current,
  onForget,
}: {
  object: ObjectDef;
  view: ListView;
  current: string | null;
  onForget: () => void;
}) {
  const available = useCatalog().byTable(SAVED_VIEWS) !== undefined;
  const me = useSession()?.user.id;
  const navigate = useNavigate();
  const [saving, setSaving] = useState(false);
  const ask = {
    filters: [{ field: "object", operator: "eq" as const, value: object.table }],
    sort: "name",
    limit: MAX_SHOWN,
  };
  const views = useQuery({
    queryKey: keys.list(SAVED_VIEWS, ask),
    queryFn: ({ signal }) => listRecords(SAVED_VIEWS, ask, signal),
    enabled: available,
  });
  if (!available) return null;
  const items = views.data?.items ?? [];
  const chosen = items.find((item) => item.id === current);
  const refresh = () => queryClient.invalidateQueries({ queryKey: keys.table(SAVED_VIEWS) });
  const openView = (saved: CrmRecord) =>
    void navigate(links.list(object.table, { ...Object.fromEntries(addressOf(saved)), view: saved.id }));
  const overwrite = async (saved: CrmRecord) => {
    try {
      await updateRecord(SAVED_VIEWS, saved, { definition: definitionOf(object, view) });
      say(`“${textOf(saved, "name")}” is as you see it`);
    } catch (thrown) {
      sayProblem("The view was not saved", thrown);
    }
    await refresh();
  };
  const remove = async (saved: CrmRecord) => {
    try {
      await deleteRecord(SAVED_VIEWS, saved);
      onForget();
      sayWithUndo(
        `View “${textOf(saved, "name")}” deleted`,
        () => void restoreRecord(SAVED_VIEWS, saved.id).then(refresh),
      );
    } catch (thrown) {
      sayProblem("The view was not deleted", thrown);
    }
    await refresh();
  };
  return (
    <>
      <Menu
        align="start"
        trigger={
          <Button variant="ghost" size="s" icon={<Bookmark aria-hidden />}>
            {chosen ? textOf(chosen, "name") : "Views"}
          </Button>
        }
      >
        <MenuLabel>{items.length === 0 ? "No saved views yet" : "Saved views"}</MenuLabel>
        {items.map((saved) => (
          <MenuItem
            key={saved.id}
            icon={saved.id === current ? <Check aria-hidden /> : <Bookmark aria-hidden />}
            onSelect={() => openView(saved)}
            {...(saved.audience === "owner" ? {} : { hint: "shared" })}
          >
            {textOf(saved, "name")}
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuItem icon={<Save aria-hidden />} onSelect={() => setSaving(true)}>
          Save as a view…
        </MenuItem>
        {chosen && chosen.owner_id === me && (
          <MenuItem icon={<Pencil aria-hidden />} onSelect={() => void overwrite(chosen)}>
            Save over “{textOf(chosen, "name")}”
          </MenuItem>
        )}
        {chosen && chosen.owner_id === me && (
          <MenuItem danger icon={<Trash2 aria-hidden />} onSelect={() => void remove(chosen)}>
            Delete “{textOf(chosen, "name")}”
          </MenuItem>
        )}
      </Menu>
      {saving && (
        <SaveViewDialog
          object={object}
          view={view}
          onClose={() => setSaving(false)}
          onSaved={(saved) => void refresh().then(() => openView(saved))}
        />
      )}
    </>
  );
}
