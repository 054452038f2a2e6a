import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { useCatalog } from "@/api/catalog.ts";
import { asProblem } from "@/api/problem.ts";
import { queryClient } from "@/api/queryClient.ts";
import { type CrmRecord, createRecord, type FieldValue, textOf } from "@/api/records.ts";
import { keys } from "@/api/keys.ts";
import { formatChoice } from "@/format/format.ts";
import { links } from "@/links.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Field, Input, Select } from "@/ui/Field.tsx";
import { say } from "@/ui/toast.tsx";
import { copyOf, definitionOf, type Permissions } from "./roles.ts";

/** A new role begins as a copy. */
export function CopyDialog({
  from,
  presets,
  custom,
  onClose,
}: {
  /** The name of a preset, or the id of a custom role. */
  from: string;
  presets: Permissions["presets"];
  custom: CrmRecord[];
  onClose: () => void;
}) {
  const { objects } = useCatalog();
  const navigate = useNavigate();
  const [source, setSource] = useState(from);
  const [name, setName] = useState("");
  const save = useMutation({
    mutationFn: () => {
      const role = custom.find(({ id }) => id === source);
      const preset = presets.find(({ name: preset }) => preset === source);
      const definition = role ? definitionOf(role) : copyOf(preset?.definition ?? { objects: {} }, objects);
      const base = role ? textOf(role, "base") : source;
      const fields: Record<string, FieldValue> = {
        name: name.trim(),
        base,
        definition: JSON.parse(JSON.stringify(definition)),
      };
      return createRecord("roles", fields);
    },
    onSuccess: async (record) => {
      await queryClient.invalidateQueries({ queryKey: keys.table("roles") });
      say(`${textOf(record, "name")} was made`, "Nobody has it yet: change what it grants, then give it to people.");
      onClose();
      void navigate(links.role(record.id));
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
      title="New role"
      description="It starts with what another role grants."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            type="submit"
            form="copy-role"
            busy={save.isPending}
            reason={name.trim() === "" ? "Give it a name" : undefined}
          >
            Make role
          </Button>
        </>
      }
    >
      <form id="copy-role" onSubmit={submit}>
        <Field label="Name" required error={problem?.fields.name ?? problem?.refused[0]?.message ?? problem?.message}>
          {(control) => (
            <Input {...control} value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        <Field
          label="Copy of"
          help="A copy of Admin leaves out what only administrators may do: people, teams and roles."
        >
          {(control) => (
            <Select {...control} value={source} onChange={(event) => setSource(event.target.value)}>
              {presets.map(({ name: preset }) => (
                <option key={preset} value={preset}>
                  {formatChoice(preset)}
                </option>
              ))}
              {custom.map((record) => (
                <option key={record.id} value={record.id}>
                  {textOf(record, "name")}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </form>
    </Dialog>
  );
}
