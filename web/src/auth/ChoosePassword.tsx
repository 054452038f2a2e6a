import { type FormEvent, useState } from "react";
import { asProblem } from "@/api/problem.ts";
import { Button } from "@/ui/Button.tsx";
import { Field, Input } from "@/ui/Field.tsx";
import { Notice } from "./AuthLayout.tsx";
import css from "./AuthLayout.module.css";

export const MIN_PASSWORD = 10;

/** The form behind a mailed link: a new password, typed twice. */
export function ChoosePassword({
  token,
  verb,
  busy,
  error,
  onChosen,
}: {
  token: string;
  verb: string;
  busy: boolean;
  error: unknown;
  onChosen: (password: string) => void;
}) {
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [differs, setDiffers] = useState(false);
  const problem = error ? asProblem(error) : undefined;
  const general = problem?.fields.token ?? (problem?.refused.length === 0 ? problem.message : undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setDiffers(password !== again);
    if (password === again) onChosen(password);
  };
  return (
    <>
      {general && <Notice tone="danger">{general}</Notice>}
      {token === "" && <Notice tone="danger">This link is cut short. Open it again from the mail.</Notice>}
      <form className={css.form} onSubmit={submit}>
        <Field
          label="New password"
          required
          error={problem?.fields.password}
          help={`At least ${MIN_PASSWORD} characters; a few words are easiest to remember.`}
        >
          {(control) => (
            <Input
              {...control}
              type="password"
              autoFocus
              required
              autoComplete="new-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
        <Field label="The same again" required error={differs ? "The two are not the same" : undefined}>
          {(control) => (
            <Input
              {...control}
              type="password"
              required
              autoComplete="new-password"
              value={again}
              onChange={(event) => setAgain(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" variant="primary" busy={busy} reason={token === "" ? "The link has no token" : undefined}>
          {verb}
        </Button>
      </form>
    </>
  );
}
