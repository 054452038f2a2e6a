import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { Link, Navigate, useNavigate, useSearchParams } from "react-router";
import { answered, api } from "@/api/client.ts";
import { IN_COOKIES } from "@/api/cookies.ts";
import { asProblem } from "@/api/problem.ts";
import { queryClient } from "@/api/queryClient.ts";
import { sessionOf, signedOutReason, startSession, useSession } from "@/api/session.ts";
import { links } from "@/links.ts";
import { Button } from "@/ui/Button.tsx";
import { Field, Input } from "@/ui/Field.tsx";
import { AuthLayout, Notice } from "./AuthLayout.tsx";
import css from "./AuthLayout.module.css";
import { WaysIn } from "./WaysIn.tsx";
import { returnPath } from "./returnPath.ts";

export default function SignInPage() {
  const [parameters] = useSearchParams();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [asked, setAsked] = useState(false);
  const navigate = useNavigate();
  const session = useSession();
  const back = returnPath(parameters.get("back"));
  useEffect(() => {
    document.title = "Sign in · Leadhouse";
  }, []);
  const signIn = useMutation({
    mutationFn: () =>
      answered(
        api.POST("/api/auth/login", {
          body: { username: username.trim(), password, code: code.trim() || null },
          headers: IN_COOKIES,
        }),
      ),
    onSuccess: (answer) => {
      queryClient.clear();
      startSession(sessionOf(answer));
      void navigate(back, { replace: true });
    },
    onError: (thrown) => {
      setCode("");
      setAsked(asksForCode(thrown));
      if (!asksForCode(thrown)) setPassword("");
    },
  });
  if (session && signIn.isIdle) return <Navigate to={back} replace />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  return (
    <AuthLayout
      title="Sign in"
      intro="Your pipeline, as fresh as the last second."
      below={
        <>
          <p>
            New here? <Link to={links.register()}>Make an account</Link>
          </p>
          <p>
            <Link to={links.forgot()}>Forgot your password?</Link>
          </p>
        </>
      }
    >
      {signIn.error && asProblem(signIn.error).code === "second_factor_needed" ? (
        <Notice tone="info">Your account asks for a second factor. Type the code that your app shows.</Notice>
      ) : signIn.error ? (
        <Notice tone="danger">{messageOf(signIn.error)}</Notice>
      ) : (
        signedOutReason() === "expired" && (
          <Notice tone="info">Your session has expired. Sign in again; you will come back to where you were.</Notice>
        )
      )}
      <form className={css.form} onSubmit={submit}>
        <Field label="Username or e-mail">
          {(control) => (
            <Input
              {...control}
              autoFocus
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              required
              value={username}
              onChange={(event) => setUsername(event.target.value)}
            />
          )}
        </Field>
        <Field label="Password">
          {(control) => (
            <Input
              {...control}
              type="password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
        {asked && (
          <Field label="Code" help="Six digits from your app, or one of your recovery codes.">
            {(control) => (
              <Input
                {...control}
                autoFocus
                required
                autoComplete="one-time-code"
                value={code}
                onChange={(event) => setCode(event.target.value)}
              />
            )}
          </Field>
        )}
        <Button type="submit" variant="primary" busy={signIn.isPending}>
          Sign in
        </Button>
      </form>
      <WaysIn back={back} />
    </AuthLayout>
  );
}

/** Whether the password was right and a code is still to come. */
function asksForCode(error: unknown): boolean {
  return ["second_factor_needed", "wrong_code"].includes(asProblem(error).code);
}

function messageOf(error: unknown): string {
  const problem = asProblem(error);
  if (problem.code === "wrong_code") return problem.message;
  if (problem.status === 401) return "Username or password is wrong. Check both and try again.";
  return problem.message;
}
