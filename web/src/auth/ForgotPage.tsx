import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { api } from "@/api/client.ts";
import { asProblem } from "@/api/problem.ts";
import { links } from "@/links.ts";
import { Button } from "@/ui/Button.tsx";
import { Field, Input } from "@/ui/Field.tsx";
import { AuthLayout, Notice } from "./AuthLayout.tsx";
import css from "./AuthLayout.module.css";

/** Asks for a mail with a link to a new password. */
export default function ForgotPage() {
  const [email, setEmail] = useState("");
  useEffect(() => {
    document.title = "Forgotten password · Leadhouse";
  }, []);
  const ask = useMutation({ mutationFn: () => api.POST("/api/auth/forgot", { body: { email: email.trim() } }) });
  return (
    <AuthLayout
      title="Forgotten password"
      intro="We mail you a link to choose a new one."
      below={<Link to={links.signIn()}>Back to signing in</Link>}
    >
      {ask.isSuccess ? (
        <Notice tone="info">
          If there is an account with this address, a mail is on its way. The link in it counts for 30 minutes.
        </Notice>
      ) : (
        <>
          {ask.error && <Notice tone="danger">{asProblem(ask.error).message}</Notice>}
          <form
            className={css.form}
            onSubmit={(event) => {
              event.preventDefault();
              ask.mutate();
            }}
          >
            <Field label="E-mail">
              {(control) => (
                <Input
                  {...control}
                  type="email"
                  autoFocus
                  required
                  autoComplete="email"
                  value={email}
                  onChange={(event) => setEmail(event.target.value)}
                />
              )}
            </Field>
            <Button type="submit" variant="primary" busy={ask.isPending}>
              Send the mail
            </Button>
          </form>
        </>
      )}
    </AuthLayout>
  );
}
