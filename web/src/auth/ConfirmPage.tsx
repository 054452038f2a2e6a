import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { api } from "@/api/client.ts";
import { asProblem } from "@/api/problem.ts";
import { useSession } from "@/api/session.ts";
import { links } from "@/links.ts";
import { Button } from "@/ui/Button.tsx";
import { AuthLayout, Notice } from "./AuthLayout.tsx";
import css from "./AuthLayout.module.css";
import { mailedToken } from "./mailedToken.ts";

/** Where the mail after registration leads. A press of the button, so that programs that open links confirm nothing. */
export default function ConfirmPage() {
  const [token] = useState(mailedToken);
  const session = useSession();
  useEffect(() => {
    document.title = "Confirm your address · Leadhouse";
  }, []);
  const confirm = useMutation({ mutationFn: () => api.POST("/api/auth/confirm", { body: { token } }) });
  const on = session ? <Link to={links.home()}>Go on to Leadhouse</Link> : <Link to={links.signIn()}>Sign in</Link>;
  return (
    <AuthLayout title="Confirm your address" intro="One step and we know that the address is yours." below={on}>
      {confirm.isSuccess ? (
        <Notice tone="info">Thank you. Your e-mail address is confirmed.</Notice>
      ) : (
        <>
          {confirm.error && <Notice tone="danger">{fieldMessage(confirm.error)}</Notice>}
          {token === "" && <Notice tone="danger">This link is cut short. Open it again from the mail.</Notice>}
          <form
            className={css.form}
            onSubmit={(event) => {
              event.preventDefault();
              confirm.mutate();
            }}
          >
            <Button
              type="submit"
              variant="primary"
              busy={confirm.isPending}
              reason={token === "" ? "The link has no token" : undefined}
            >
              Confirm
            </Button>
          </form>
        </>
      )}
    </AuthLayout>
  );
}

function fieldMessage(thrown: unknown): string {
  const problem = asProblem(thrown);
  return problem.fields.token ?? problem.message;
}
