import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { answered, api } from "@/api/client.ts";
import { keys } from "@/api/keys.ts";
import { asProblem } from "@/api/problem.ts";
import { ROLES } from "@/api/session.ts";
import { formatChoice } from "@/format/format.ts";
import { links } from "@/links.ts";
import { Button, LinkButton } from "@/ui/Button.tsx";
import { Card } from "@/ui/Card.tsx";
import { Field, Input, Select } from "@/ui/Field.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { say } from "@/ui/toast.tsx";
import { Notice } from "./AuthLayout.tsx";
import css from "./InvitePage.module.css";

/** An administrator invites somebody, who chooses their own password. */
export default function InvitePage() {
  const [values, setValues] = useState({ email: "", name: "", role: "rep" });
  const queries = useQueryClient();
  const navigate = useNavigate();
  const invite = useMutation({
    mutationFn: () =>
      answered(api.POST("/api/users/invite", { body: { ...values, name: values.name.trim() || null } })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: keys.table("users") });
      say("Invited", `The mail goes to ${values.email}.`);
      void navigate(links.list("users"));
    },
  });
  const problem = invite.error ? asProblem(invite.error) : undefined;
  const set = (name: keyof typeof values) => ({
    value: values[name],
    onChange: (event: { target: { value: string } }) => setValues({ ...values, [name]: event.target.value }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate();
  };
  return (
    <>
      <PageHeader title="Invite a person" subtitle="They get a mail with a link and choose their own password." />
      <div className={css.page}>
        <Card>
          <form className={css.form} onSubmit={submit}>
            {problem && problem.refused.length === 0 && <Notice tone="danger">{problem.message}</Notice>}
            <Field label="E-mail" required error={problem?.fields.email ?? problem?.fields.username}>
              {(control) => <Input {...control} type="email" required autoFocus {...set("email")} />}
            </Field>
            <Field label="Full name" error={problem?.fields.name}>
              {(control) => <Input {...control} {...set("name")} />}
            </Field>
            <Field label="Role" error={problem?.fields.role}>
              {(control) => (
                <Select {...control} {...set("role")}>
                  {ROLES.map((role) => (
                    <option key={role} value={role}>
                      {formatChoice(role)}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <div className={css.verbs}>
              <Button type="submit" variant="primary" busy={invite.isPending}>
                Send the invitation
              </Button>
              <LinkButton to={links.list("users")}>Cancel</LinkButton>
            </div>
          </form>
        </Card>
      </div>
    </>
  );
}
