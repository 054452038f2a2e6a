import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { useNavigate } from "react-router";
import { asProblem } from "@/api/problem.ts";
import { links } from "@/links.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Field, Input } from "@/ui/Field.tsx";
import { say } from "@/ui/toast.tsx";
import { refreshDataModel } from "./fields.ts";
import { addObject, changeObject, type CustomObject } from "./objects.ts";
import css from "./DataModel.module.css";

/** A new object, or other labels for one. */
export function ObjectDialog({ object, onClose }: { object?: CustomObject; onClose: () => void }) {
  const [label, setLabel] = useState(object?.label ?? "");
  const [plural, setPlural] = useState(object?.plural_label ?? "");
  const navigate = useNavigate();
  const form = useId();
  const save = useMutation({
    mutationFn: () => {
      const labels = { label, plural_label: plural };
      return object ? changeObject(object.id, labels) : addObject(labels);
    },
    onSuccess: async (saved) => {
      await refreshDataModel();
      onClose();
      if (object) return;
      say(`${saved.plural_label} are there`, "Each has a name, a description and an owner. Add the fields it needs.");
      void navigate(links.dataModel(saved.name));
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
      title={object ? `Rename ${object.plural_label}` : "New object"}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" busy={save.isPending}>
            {object ? "Save" : "Add object"}
          </Button>
        </>
      }
    >
      <form id={form} className={css.form} onSubmit={submit}>
        <Field label="One is called" required help="Such as Project" error={problem?.fields.label}>
          {(control) => (
            <Input
              {...control}
              required
              maxLength={40}
              value={label}
              onChange={(event) => setLabel(event.target.value)}
            />
          )}
        </Field>
        <Field label="Many are called" required help="Such as Projects" error={problem?.fields.plural_label}>
          {(control) => (
            <Input
              {...control}
              required
              maxLength={40}
              value={plural}
              onChange={(event) => setPlural(event.target.value)}
            />
          )}
        </Field>
        {problem && (problem.fields.name ?? (problem.refused.length === 0 ? problem.message : undefined)) && (
          <p className={css.fault} role="alert">
            {problem.fields.name ?? problem.message}
          </p>
        )}
      </form>
    </Dialog>
  );
}
