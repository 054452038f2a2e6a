import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { request } from "@/api/client.ts";
import { asProblem } from "@/api/problem.ts";
import { endSession } from "@/api/session.ts";
import { Button } from "@/ui/Button.tsx";
import { Card } from "@/ui/Card.tsx";
import { Field, Input } from "@/ui/Field.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import css from "./Account.module.css";

const EMPTY = { current_password: "", password: "" };

/** A new password, which ends every session. */
export function PasswordCard({ id }: { id: string }) {
  const [values, setValues] = useState(EMPTY);
  const change = useMutation({
    mutationFn: () => request(`/api/users/${id}`, { method: "PUT", body: values }),
    onSuccess: () => {
      say("Your new password counts", "Sign in with it.");
      endSession("signed_out");
    },
    onError: (thrown) => {
      if (asProblem(thrown).refused.length === 0) sayProblem("The password could not be changed", thrown);
    },
  });
  const errors = change.error ? asProblem(change.error).fields : {};
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Card title="Password">
      <form className={css.form} onSubmit={submit}>
        <Field label="Current password" required error={errors.current_password}>
          {(control) => (
            <Input
              {...control}
              type="password"
              required
              autoComplete="current-password"
              value={values.current_password}
              onChange={(event) => setValues({ ...values, current_password: event.target.value })}
            />
          )}
        </Field>
        <Field
          label="New password"
          required
          error={errors.password}
          help="At least 10 characters. It signs you out everywhere, here too."
        >
          {(control) => (
            <Input
              {...control}
              type="password"
              required
              autoComplete="new-password"
              value={values.password}
              onChange={(event) => setValues({ ...values, password: event.target.value })}
            />
          )}
        </Field>
        <div className={css.verbs}>
          <Button type="submit" variant="primary" busy={change.isPending}>
            Change the password
          </Button>
        </div>
      </form>
    </Card>
  );
}
