import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { request } from "@/api/client.ts";
import { keys } from "@/api/keys.ts";
import { asProblem } from "@/api/problem.ts";
import { type CrmRecord, type FieldValue, readRecord, textOf } from "@/api/records.ts";
import { Button } from "@/ui/Button.tsx";
import { Card } from "@/ui/Card.tsx";
import { Checkbox, Field, Input, Select } from "@/ui/Field.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import css from "./Account.module.css";

const LANGUAGES = [
  ["en", "English"],
  ["de", "Deutsch"],
  ["fr", "Français"],
  ["es", "Español"],
] as const;

/** Notifications, language and time zone. */
export function PreferencesCard({ id }: { id: string }) {
  const user = useQuery({
    queryKey: [...keys.table("users"), "own", id],
    queryFn: ({ signal }) => readRecord("users", id, signal),
  });
  if (!user.data) return null;
  return (
    <Card title="Preferences">
      <PreferencesForm key={user.data.version} user={user.data} />
    </Card>
  );
}

function PreferencesForm({ user }: { user: CrmRecord }) {
  const notifications = groupOf(user.settings, "notification_preferences");
  const [email, setEmail] = useState(notifications.email !== false);
  const [inApp, setInApp] = useState(notifications.in_app !== false);
  const [language, setLanguage] = useState(textOf(user, "locale"));
  const [timeZone, setTimeZone] = useState(textOf(user, "time_zone"));
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      request(`/api/users/${user.id}/settings`, {
        method: "PUT",
        body: {
          notificationPreferences: { email, inApp, muted: notifications.muted ?? [] },
          languageSettings: { language, timeZone },
        },
      }),
    onSuccess: async () => {
      say("Saved");
      await queries.invalidateQueries({ queryKey: keys.table("users") });
    },
    onError: (thrown) => {
      if (asProblem(thrown).refused.length === 0) sayProblem("It could not be saved", thrown);
    },
  });
  const refused = save.error ? asProblem(save.error).refused : [];
  const errorAt = (end: string) => refused.find(({ pointer }) => pointer.endsWith(end))?.message;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form className={css.form} onSubmit={submit}>
      <Checkbox label="Tell me by e-mail" checked={email} onChange={(event) => setEmail(event.target.checked)} />
      <Checkbox label="Tell me here" checked={inApp} onChange={(event) => setInApp(event.target.checked)} />
      <div className={css.two}>
        <Field label="Language" error={errorAt("language")}>
          {(control) => (
            <Select {...control} value={language} onChange={(event) => setLanguage(event.target.value)}>
              {!LANGUAGES.some(([tag]) => tag === language) && <option value={language}>{language}</option>}
              {LANGUAGES.map(([tag, name]) => (
                <option key={tag} value={tag}>
                  {name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Time zone" error={errorAt("timeZone")}>
          {(control) => (
            <Input
              {...control}
              list="time-zones"
              value={timeZone}
              onChange={(event) => setTimeZone(event.target.value)}
            />
          )}
        </Field>
      </div>
      <datalist id="time-zones">
        {Intl.supportedValuesOf("timeZone").map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <div className={css.verbs}>
        <Button type="submit" variant="primary" busy={save.isPending}>
          Save the preferences
        </Button>
      </div>
    </form>
  );
}

function groupOf(settings: FieldValue | undefined, name: string): Record<string, FieldValue> {
  const group = isGroup(settings) ? settings[name] : undefined;
  return isGroup(group) ? group : {};
}

function isGroup(value: FieldValue | undefined): value is Record<string, FieldValue> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
