import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { keys } from "@/api/keys.ts";
import { asProblem } from "@/api/problem.ts";
import { createRecord } from "@/api/records.ts";
import { links } from "@/links.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Field, Input, TextArea } from "@/ui/Field.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import css from "./Builder.module.css";
import { forgetDraft } from "./draft.ts";
import { SAVED } from "./saved.ts";
import type { ReportSpec } from "./spec.ts";

/** Saves the report under a name as a record of one's own. */
export function SaveDialog({
  draft,
  spec,
  copy,
  onClose,
}: {
  draft: string;
  spec: ReportSpec;
  copy: boolean;
  onClose: () => void;
}) {
  const [name, setName] = useState(copy && spec.title ? `${spec.title} (copy)` : (spec.title ?? ""));
  const [description, setDescription] = useState(spec.description ?? "");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const save = async () => {
    setBusy(true);
    setFault(undefined);
    try {
      const record = await createRecord(SAVED, savedFields(spec, name.trim(), description.trim()));
      forgetDraft(draft);
      await queries.invalidateQueries({ queryKey: keys.table(SAVED) });
      say("Saved", name.trim());
      onClose();
      void navigate(links.report(record.id), { replace: true });
    } catch (thrown) {
      setBusy(false);
      const refused = asProblem(thrown).fields.name;
      if (refused) setFault(refused);
      else sayProblem("It could not be saved", thrown);
    }
  };
  return (
    <Dialog open onClose={onClose} title={copy ? "Save as a new report" : "Save report"}>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Field label="Name" required error={fault}>
          {(control) => (
            <Input
              {...control}
              value={name}
              required
              maxLength={200}
              autoFocus
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label="Description" help="One sentence on what it shows.">
          {(control) => (
            <TextArea
              {...control}
              rows={2}
              value={description}
              maxLength={500}
              onChange={(event) => setDescription(event.target.value)}
            />
          )}
        </Field>
        <div className={css.submit}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={busy}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** The record of a report; name and description live there, not in the specification. */
export function savedFields(spec: ReportSpec, name: string, description: string) {
  const { name: _name, title: _title, description: _description, ...rest } = spec;
  return {
    name,
    description: description || null,
    definition: JSON.parse(JSON.stringify({ ...rest, title: name, description })),
  };
}
