import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { renderSVG } from "uqr";
import { answered, api } from "@/api/client.ts";
import { asProblem } from "@/api/problem.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { Card } from "@/ui/Card.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Field, Input } from "@/ui/Field.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import css from "./Account.module.css";
import { accountQuery } from "./queries.ts";

type Step = "closed" | "enrol" | "remove" | "renew";

/** The code of an app that is asked for besides the password. */
export function SecondFactorCard() {
  const account = useQuery(accountQuery);
  const [step, setStep] = useState<Step>("closed");
  const queries = useQueryClient();
  const close = () => {
    setStep("closed");
    void queries.invalidateQueries({ queryKey: accountQuery.queryKey });
  };
  if (account.error) return <ProblemState error={account.error} compact onRetry={() => void account.refetch()} />;
  const on = account.data?.second_factor ?? false;
  const left = account.data?.recovery_codes_left ?? 0;
  return (
    <Card title="Second factor" actions={on ? <Badge tone="good">On</Badge> : <Badge>Off</Badge>}>
      <div className={css.form}>
        <p className={css.note}>
          {on
            ? `Signing in asks for a code of your app. ${left} of your recovery codes are left.`
            : "With it, whoever learns your password still needs your phone."}
        </p>
        <div className={css.verbs}>
          {on ? (
            <>
              <Button onClick={() => setStep("renew")}>New recovery codes</Button>
              <Button onClick={() => setStep("remove")}>Switch it off</Button>
            </>
          ) : (
            <Button variant="primary" onClick={() => setStep("enrol")}>
              Set it up
            </Button>
          )}
        </div>
      </div>
      {step === "enrol" && <Enrol onClose={close} />}
      {step === "remove" && <Remove onClose={close} />}
      {step === "renew" && <Renew onClose={close} />}
    </Card>
  );
}

function Enrol({ onClose }: { onClose: () => void }) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const begin = useMutation({
    mutationFn: () => answered(api.POST("/api/auth/second-factor", { body: { current_password: password } })),
  });
  const confirm = useMutation({
    mutationFn: () => answered(api.POST("/api/auth/second-factor/confirm", { body: { code: code.trim() } })),
  });
  if (confirm.data) return <Codes codes={confirm.data.recovery_codes} onClose={onClose} />;
  if (!begin.data) {
    return (
      <Dialog open onClose={onClose} title="Set up a second factor" description="First, show that it is you.">
        <Ask
          label="Current password"
          type="password"
          value={password}
          onChange={setPassword}
          error={messageOf(begin.error, "current_password")}
          verb="Go on"
          busy={begin.isPending}
          onSubmit={() => begin.mutate()}
        />
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Set up a second factor"
      description="Read the picture with an authenticator app, or type the key into it. Then type the code that it shows."
    >
      <img
        className={css.qr}
        alt="QR code for the app"
        src={`data:image/svg+xml;utf8,${encodeURIComponent(renderSVG(begin.data.uri, { border: 0 }))}`}
      />
      <code className={css.secret}>{begin.data.secret}</code>
      <Ask
        label="Code of the app"
        value={code}
        onChange={setCode}
        error={messageOf(confirm.error, "code")}
        verb="Switch it on"
        busy={confirm.isPending}
        onSubmit={() => confirm.mutate()}
      />
    </Dialog>
  );
}

function Renew({ onClose }: { onClose: () => void }) {
  const [code, setCode] = useState("");
  const renew = useMutation({
    mutationFn: () => answered(api.POST("/api/auth/second-factor/recovery-codes", { body: { code: code.trim() } })),
  });
  if (renew.data) return <Codes codes={renew.data.recovery_codes} onClose={onClose} />;
  return (
    <Dialog open onClose={onClose} title="New recovery codes" description="The old ones stop counting.">
      <Ask
        label="Code of the app"
        value={code}
        onChange={setCode}
        error={messageOf(renew.error, "code")}
        verb="Make new codes"
        busy={renew.isPending}
        onSubmit={() => renew.mutate()}
      />
    </Dialog>
  );
}

function Remove({ onClose }: { onClose: () => void }) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const remove = useMutation({
    mutationFn: () =>
      api.DELETE("/api/auth/second-factor", { body: { current_password: password, code: code.trim() } }),
    onSuccess: () => {
      say("The second factor is off");
      onClose();
    },
    onError: (thrown) => {
      if (asProblem(thrown).refused.length === 0) sayProblem("It could not be switched off", thrown);
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Switch the second factor off"
      description="Your password alone is enough then."
    >
      <Field label="Current password" required error={messageOf(remove.error, "current_password")}>
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
      <Ask
        label="Code of the app, or a recovery code"
        value={code}
        onChange={setCode}
        error={messageOf(remove.error, "code")}
        verb="Switch it off"
        busy={remove.isPending}
        onSubmit={() => remove.mutate()}
      />
    </Dialog>
  );
}

function Codes({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  return (
    <Dialog
      open
      onClose={onClose}
      title="Your recovery codes"
      description="Each counts once, for the day your phone is gone. They are shown this once: print them, or keep them where you keep passwords."
      footer={
        <Button variant="primary" onClick={onClose}>
          I have kept them
        </Button>
      }
    >
      <ul className={css.codes}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
    </Dialog>
  );
}

/** One thing that is asked for, and the button that sends it. */
function Ask({
  label,
  type = "text",
  value,
  onChange,
  error,
  verb,
  busy,
  onSubmit,
}: {
  label: string;
  type?: "text" | "password";
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
  verb: string;
  busy: boolean;
  onSubmit: () => void;
}) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form className={css.form} onSubmit={submit}>
      <Field label={label} required error={error}>
        {(control) => (
          <Input
            {...control}
            type={type}
            required
            autoComplete={type === "password" ? "current-password" : "one-time-code"}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Field>
      <div className={css.verbs}>
        <Button type="submit" variant="primary" busy={busy}>
          {verb}
        </Button>
      </div>
    </form>
  );
}

/** What is wrong with a field, or with everything when no field is named. */
function messageOf(error: unknown, field: string): string | undefined {
  if (!error) return undefined;
  const problem = asProblem(error);
  return problem.fields[field] ?? (problem.refused.length === 0 ? problem.message : undefined);
}
