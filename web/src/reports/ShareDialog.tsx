import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "@/api/keys.ts";
import { type CrmRecord, listRecords, textOf, updateRecord } from "@/api/records.ts";
import { session } from "@/api/session.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Field, Select } from "@/ui/Field.tsx";
import { Segments } from "@/ui/Segments.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import css from "./Builder.module.css";

const AUDIENCES = [
  { value: "owner", label: "Only me" },
  { value: "team", label: "A team" },
  { value: "everyone", label: "Everyone" },
] as const;
type Audience = (typeof AUDIENCES)[number]["value"];

/** Who else may open a saved report, dashboard or schedule. Numbers stay those that the reader may see. */
export function ShareDialog({ table, record, onClose }: { table: string; record: CrmRecord; onClose: () => void }) {
  const [audience, setAudience] = useState<Audience>(
    AUDIENCES.find(({ value }) => value === record.audience)?.value ?? "owner",
  );
  const [team, setTeam] = useState(textOf(record, "team_id") || session()?.user.team_id || "");
  const [busy, setBusy] = useState(false);
  const queries = useQueryClient();
  const { data: teams } = useQuery({
    queryKey: keys.list("teams", { all: true }),
    queryFn: ({ signal }) => listRecords("teams", { sort: "name", limit: 200 }, signal),
  });
  const share = async () => {
    setBusy(true);
    try {
      await updateRecord(table, record, { audience, team_id: audience === "team" ? team : null });
      await queries.invalidateQueries({ queryKey: keys.table(table) });
      const to = teams?.items.find(({ id }) => id === team);
      say(
        audience === "owner"
          ? "Only you can open it now"
          : `Shared with ${audience === "team" ? textOf(to, "name") : "everyone"}`,
      );
      onClose();
    } catch (thrown) {
      sayProblem("It could not be shared", thrown);
      setBusy(false);
    }
  };
  const missing = audience === "team" && team === "" ? "Choose a team first" : undefined;
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Share ${textOf(record, "name")}`}
      description="Everyone sees their own numbers: sharing never shows a record that the reader may not see."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={busy} reason={missing} onClick={() => void share()}>
            Share
          </Button>
        </>
      }
    >
      <div className={css.form}>
        <Segments label="Who may open it" value={audience} options={AUDIENCES} onChange={setAudience} />
        {audience === "team" && (
          <Field label="Team" required>
            {(control) => (
              <Select {...control} value={team} onChange={(event) => setTeam(event.target.value)}>
                <option value="">Choose a team</option>
                {teams?.items.map((item) => (
                  <option key={item.id} value={item.id}>
                    {textOf(item, "name")}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
      </div>
    </Dialog>
  );
}
