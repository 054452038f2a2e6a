import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { Link, useNavigate } from "react-router";
import { api } from "@/api/client.ts";
import { IN_COOKIES } from "@/api/cookies.ts";
import { asProblem } from "@/api/problem.ts";
import { queryClient } from "@/api/queryClient.ts";
import { sessionOf, startSession } from "@/api/session.ts";
import { links } from "@/links.ts";
import { Button } from "@/ui/Button.tsx";
import { Field, Input } from "@/ui/Field.tsx";
import { AuthLayout, Notice } from "./AuthLayout.tsx";
import css from "./AuthLayout.module.css";
import { MIN_PASSWORD } from "./ChoosePassword.tsx";

export default function RegisterPage() {
  const [values, setValues] = useState({ name: "", username: "", email: "", password: "" });
  const navigate = useNavigate();
  useEffect(() => {
    document.title = "Make an account · Leadhouse";
  }, []);
  const register = useMutation({
    mutationFn: () =>
      api.POST("/api/auth/register", { body: { ...values, name: values.name || null }, headers: IN_COOKIES }),
    onSuccess: ({ data: answer }) => {
      // Where addresses have to be proved first, nobody is signed in yet.
      if (!answer) return;
      queryClient.clear();
      startSession(sessionOf(answer));
      void navigate(links.home(), { replace: true });
    },
  });
  const problem = register.error ? asProblem(register.error) : undefined;
  const errors = problem?.fields ?? {};
  const submit = (event: FormEvent) => {
    event.preventDefault();
    register.mutate();
  };
  const text = (name: keyof typeof values) => ({
    value: values[name],
    onChange: (event: { target: { value: string } }) => setValues({ ...values, [name]: event.target.value }),
  });
  return (
    <AuthLayout
      title="Make an account"
      intro="The first person of a workspace becomes its administrator."
      below={
        <>
          Have an account? <Link to={links.signIn()}>Sign in</Link>
        </>
      }
    >
      {register.data && !register.data.data && (
        <Notice tone="info">Almost there: follow the link that we have just mailed to {values.email}.</Notice>
      )}
      {problem && problem.refused.length === 0 && <Notice tone="danger">{problem.message}</Notice>}
      <form className={css.form} onSubmit={submit}>
        <Field label="Full name" error={errors.name}>
          {(control) => <Input {...control} autoFocus autoComplete="name" {...text("name")} />}
        </Field>
        <Field
          label="Username"
          required
          error={errors.username}
          help="2 to 60 letters, digits, dots, dashes and underscores."
        >
          {(control) => (
            <Input
              {...control}
              required
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              {...text("username")}
            />
          )}
        </Field>
        <Field label="E-mail" required error={errors.email}>
          {(control) => <Input {...control} type="email" required autoComplete="email" {...text("email")} />}
        </Field>
        <Field label="Password" required error={errors.password} help={`At least ${MIN_PASSWORD} characters.`}>
          {(control) => (
            <Input {...control} type="password" required autoComplete="new-password" {...text("password")} />
          )}
        </Field>
        <Button type="submit" variant="primary" busy={register.isPending}>
          Make an account
        </Button>
      </form>
    </AuthLayout>
  );
}
