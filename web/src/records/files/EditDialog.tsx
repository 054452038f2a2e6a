import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { asProblem } from "@/api/problem.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Checkbox, Field, Input } from "@/ui/Field.tsx";
import { changeDocument, type Document, refreshDocuments } from "./documents.ts";
import css from "./Files.module.css";

/** Name, folder and the mark as personal. */
export function EditDialog({ document, onClose }: { document: Document; onClose: () => void }) {
  const [name, setName] = useState(document.name);
  const [folder, setFolder] = useState(document.folder);
  const [personal, setPersonal] = useState(document.personal);
  const form = useId();
  const save = useMutation({
    mutationFn: () => changeDocument(document, { name, folder, personal }),
    onSuccess: async () => {
      await refreshDocuments();
      onClose();
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
      title="Rename or move"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" busy={save.isPending}>
            Save
          </Button>
        </>
      }
    >
      <form id={form} className={css.form} onSubmit={submit}>
        <Field label="Name" required error={problem?.fields.name}>
          {(control) => (
            <Input
              {...control}
              required
              maxLength={200}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label="Folder" help="Such as Contracts/2026; empty for none." error={problem?.fields.folder}>
          {(control) => (
            <Input {...control} maxLength={200} value={folder} onChange={(event) => setFolder(event.target.value)} />
          )}
        </Field>
        <Checkbox
          label="Holds personal data: hidden from roles that may not see personal fields"
          checked={personal}
          onChange={(event) => setPersonal(event.target.checked)}
        />
        {problem && problem.refused.length === 0 && (
          <p className={css.failed} role="alert">
            {problem.message}
          </p>
        )}
      </form>
    </Dialog>
  );
}
