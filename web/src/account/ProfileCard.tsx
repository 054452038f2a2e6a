import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { request } from "@/api/client.ts";
import { keys } from "@/api/keys.ts";
import { asProblem } from "@/api/problem.ts";
import { type CrmRecord, readRecord, textOf } from "@/api/records.ts";
import { Button } from "@/ui/Button.tsx";
import { Card } from "@/ui/Card.tsx";
import { Field, Input } from "@/ui/Field.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import css from "./Account.module.css";
import { PictureField } from "./PictureField.tsx";

const FIELDS = ["name", "username", "email", "phone", "job_title"] as const;
const LABELS = { name: "Full name", username: "Username", email: "E-mail", phone: "Phone", job_title: "Job title" };

/** One's own name, address and the rest. */
export function ProfileCard({ id }: { id: string }) {
  const user = useQuery({
    queryKey: [...keys.table("users"), "own", id],
    queryFn: ({ signal }) => readRecord("users", id, signal),
  });
  return (
    <Card title="Profile">
      {user.error ? (
        <ProblemState error={user.error} compact onRetry={() => void user.refetch()} />
      ) : user.data ? (
        <ProfileForm key={user.data.version} user={user.data} />
      ) : (
        <SkeletonRows count={5} />
      )}
    </Card>
  );
}

function ProfileForm({ user }: { user: CrmRecord }) {
  const stored = Object.fromEntries(FIELDS.map((field) => [field, textOf(user, field)]));
  const [values, setValues] = useState<Record<string, string>>(stored);
  const [password, setPassword] = useState("");
  const queries = useQueryClient();
  const changed = FIELDS.filter((field) => values[field] !== stored[field]);
  const moves = changed.includes("email");
  const save = useMutation({
    mutationFn: () =>
      request(`/api/users/${user.id}`, {
        method: "PUT",
        body: {
          ...Object.fromEntries(changed.map((field) => [field, values[field] || null])),
          ...(moves ? { current_password: password } : {}),
        },
      }),
    onSuccess: async () => {
      say("Saved", moves ? `Follow the link that we have mailed to ${values.email}.` : undefined);
      await queries.invalidateQueries({ queryKey: keys.table("users") });
    },
    onError: (thrown) => {
      if (asProblem(thrown).refused.length === 0) sayProblem("It could not be saved", thrown);
    },
  });
  const errors = save.error ? asProblem(save.error).fields : {};
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form className={css.form} onSubmit={submit}>
      <PictureField id={user.id} name={textOf(user, "name")} picture={textOf(user, "profile_picture")} />
      {FIELDS.map((field) => (
        <Field key={field} label={LABELS[field]} error={errors[field]}>
          {(control) => (
            <Input
              {...control}
              type={field === "email" ? "email" : "text"}
              value={values[field]}
              onChange={(event) => setValues({ ...values, [field]: event.target.value })}
            />
          )}
        </Field>
      ))}
      {moves && (
        <Field
          label="Current password"
          required
          error={errors.current_password}
          help="A new address asks for it, and has to be confirmed by the link that we mail there."
        >
          {(control) => (
            <Input
              {...control}
              type="password"
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
      )}
      <div className={css.verbs}>
        <Button
          type="submit"
          variant="primary"
          busy={save.isPending}
          reason={changed.length === 0 ? "Nothing has changed" : undefined}
        >
          Save
        </Button>
      </div>
    </form>
  );
}
