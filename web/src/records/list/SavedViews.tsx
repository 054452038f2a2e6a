import { useMutation, useQuery } from "@tanstack/react-query";
import { Bookmark, Check, Pencil, Save, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { keys } from "@/api/keys.ts";
import { asProblem } from "@/api/problem.ts";
import { queryClient } from "@/api/queryClient.ts";
import {
  type CrmRecord,
  createRecord,
  deleteRecord,
  listRecords,
  restoreRecord,
  textOf,
  updateRecord,
} from "@/api/records.ts";
import { useSession } from "@/api/session.ts";
import { links } from "@/links.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Field, Input, Select } from "@/ui/Field.tsx";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "@/ui/Menu.tsx";
import { say, sayProblem, sayWithUndo } from "@/ui/toast.tsx";
import { type ListView, writeView } from "./view.ts";

const TABLE = "saved_views";
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
  const available = useCatalog().byTable(TABLE) !== undefined;
  const me = useSession()?.user.id;
  const navigate = useNavigate();
  const [saving, setSaving] = useState(false);
  const ask = {
    filters: [{ field: "object", operator: "eq" as const, value: object.table }],
    sort: "name",
    limit: MAX_SHOWN,
  };
  const views = useQuery({
    queryKey: keys.list(TABLE, ask),
    queryFn: ({ signal }) => listRecords(TABLE, ask, signal),
    enabled: available,
  });
  if (!available) return null;
  const items = views.data?.items ?? [];
  const chosen = items.find((item) => item.id === current);
  const refresh = () => queryClient.invalidateQueries({ queryKey: keys.table(TABLE) });
  const openView = (saved: CrmRecord) =>
    void navigate(links.list(object.table, { ...Object.fromEntries(addressOf(saved)), view: saved.id }));
  const overwrite = async (saved: CrmRecord) => {
    try {
      await updateRecord(TABLE, saved, { definition: definitionOf(object, view) });
      say(`“${textOf(saved, "name")}” is as you see it`);
    } catch (thrown) {
      sayProblem("The view was not saved", thrown);
    }
    await refresh();
  };
  const remove = async (saved: CrmRecord) => {
    try {
      await deleteRecord(TABLE, saved);
      onForget();
      sayWithUndo(`View “${textOf(saved, "name")}” deleted`, () => void restoreRecord(TABLE, saved.id).then(refresh));
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
        <SaveDialog
          object={object}
          view={view}
          onClose={() => setSaving(false)}
          onSaved={(saved) => void refresh().then(() => openView(saved))}
        />
      )}
    </>
  );
}

function SaveDialog({
  object,
  view,
  onClose,
  onSaved,
}: {
  object: ObjectDef;
  view: ListView;
  onClose: () => void;
  onSaved: (saved: CrmRecord) => void;
}) {
  const team = useSession()?.user.team_id ?? null;
  const [name, setName] = useState("");
  const [audience, setAudience] = useState("owner");
  const save = useMutation({
    mutationFn: () =>
      createRecord(TABLE, {
        name: name.trim(),
        object: object.table,
        audience,
        team_id: audience === "team" ? team : null,
        definition: definitionOf(object, view),
      }),
    onSuccess: (saved) => {
      onSaved(saved);
      onClose();
      say("View saved");
    },
  });
  const problem = save.error ? asProblem(save.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Save as a view"
      description="Keeps the filters, the order and the columns that you see."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="save-view" variant="primary" busy={save.isPending}>
            Save
          </Button>
        </>
      }
    >
      <form id="save-view" onSubmit={submit} style={{ display: "grid", gap: 14 }}>
        <Field label="Name" required error={problem?.fields.name ?? problem?.message}>
          {(control) => (
            <Input
              {...control}
              autoFocus
              required
              maxLength={200}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label="Who sees it">
          {(control) => (
            <Select {...control} value={audience} onChange={(event) => setAudience(event.target.value)}>
              <option value="owner">Only me</option>
              {team && <option value="team">My team</option>}
              <option value="everyone">Everyone</option>
            </Select>
          )}
        </Field>
      </form>
    </Dialog>
  );
}

/** The view as its address, so that what can be linked can be saved. */
function definitionOf(object: ObjectDef, view: ListView): { version: number; address: string } {
  return { version: 1, address: writeView(object, view).toString() };
}

function addressOf(saved: CrmRecord): URLSearchParams {
  const definition = saved.definition;
  const address =
    definition !== null && typeof definition === "object" && !Array.isArray(definition) ? definition.address : "";
  return new URLSearchParams(typeof address === "string" ? address : "");
}
