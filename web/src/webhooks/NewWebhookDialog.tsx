import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { useCatalog } from "@/api/catalog.ts";
import { asProblem } from "@/api/problem.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Checkbox, Field, Input } from "@/ui/Field.tsx";
import { createWebhook, refreshWebhooks } from "./webhooks.ts";
import css from "./Webhooks.module.css";

/** Objects that others ask about most. */
const USUAL = ["lead", "contact", "company", "deal", "order", "task", "activity"];

export function NewWebhookDialog({ onClose, onMade }: { onClose: () => void; onMade: (secret: string) => void }) {
  const catalog = useCatalog();
  const [name, setName] = useState("");
  const [url, setUrl] = useState("");
  const [events, setEvents] = useState<string[]>(["deal.*"]);
  const form = useId();
  const save = useMutation({
    mutationFn: () => createWebhook({ name, url, events }),
    onSuccess: async ({ secret }) => {
      await refreshWebhooks();
      onMade(secret);
    },
  });
  const problem = save.error ? asProblem(save.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const toggle = (event: string, on: boolean) =>
    setEvents(on ? [...events, event] : events.filter((other) => other !== event));
  return (
    <Dialog
      open
      onClose={onClose}
      title="New webhook"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" busy={save.isPending}>
            Make webhook
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
        <Field label="URL" required help="https, on the public internet" error={problem?.fields.url}>
          {(control) => (
            <Input
              {...control}
              required
              type="url"
              placeholder="https://example.com/hook"
              value={url}
              onChange={(event) => setUrl(event.target.value)}
            />
          )}
        </Field>
        <fieldset className={css.events}>
          <legend>Tell of every change of</legend>
          <Checkbox
            label="Everything"
            checked={events.includes("*")}
            onChange={(event) => toggle("*", event.target.checked)}
          />
          {USUAL.map((object) => (
            <Checkbox
              key={object}
              label={catalog.byName(object)?.plural_label ?? object}
              checked={events.includes(`${object}.*`)}
              onChange={(event) => toggle(`${object}.*`, event.target.checked)}
            />
          ))}
        </fieldset>
        {problem && (problem.fields.events ?? (problem.refused.length === 0 ? problem.message : undefined)) && (
          <p className={css.fault} role="alert">
            {problem.fields.events ?? problem.message}
          </p>
        )}
      </form>
    </Dialog>
  );
}
