import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { type FormEvent, useState } from "react";
import { answered, api } from "@/api/client.ts";
import { asProblem } from "@/api/problem.ts";
import { formatAge, formatDate } from "@/format/format.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { Card } from "@/ui/Card.tsx";
import { Confirm } from "@/ui/Confirm.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Field, Input, Select } from "@/ui/Field.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import css from "./Account.module.css";
import { tokensQuery } from "./queries.ts";

const DAYS = [7, 30, 90, 365];

/** Secrets of programs that act for one. */
export function TokensCard() {
  const tokens = useQuery(tokensQuery);
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<{ id: string; name: string } | null>(null);
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: (id: string) => api.DELETE("/api/auth/tokens/{id}", { params: { path: { id } } }),
    onSuccess: async () => {
      setRevoking(null);
      say("Key revoked");
      await queries.invalidateQueries({ queryKey: tokensQuery.queryKey });
    },
    onError: (thrown) => sayProblem("The key could not be revoked", thrown),
  });
  const items = tokens.data?.items ?? [];
  return (
    <Card
      title="API keys"
      flush
      actions={
        <Button size="s" icon={<KeyRound aria-hidden />} onClick={() => setMaking(true)}>
          New key
        </Button>
      }
    >
      {tokens.error ? (
        <ProblemState error={tokens.error} compact onRetry={() => void tokens.refetch()} />
      ) : items.length === 0 ? (
        <p className={`${css.note} ${css.footer}`}>A key lets a program act for you, without your password.</p>
      ) : (
        <ul className={css.rows}>
          {items.map(({ id, name, scope, expires_at, last_used_at }) => (
            <li key={id} className={css.row}>
              <div className={css.what}>
                <strong>
                  {name}
                  {scope === "read" && <Badge>Reads only</Badge>}
                </strong>
                <span>
                  {expires_at ? `Ends ${formatDate(expires_at)}` : "Never ends"} ·{" "}
                  {last_used_at ? `last used ${formatAge(last_used_at)}` : "never used"}
                </span>
              </div>
              <Button size="s" onClick={() => setRevoking({ id, name })}>
                Revoke
              </Button>
            </li>
          ))}
        </ul>
      )}
      {making && <NewKey onClose={() => setMaking(false)} />}
      <Confirm
        open={revoking !== null}
        title={`Revoke ${revoking?.name ?? ""}?`}
        description="Programs that use it are refused from now on."
        verb="Revoke"
        busy={revoke.isPending}
        onConfirm={() => revoking && revoke.mutate(revoking.id)}
        onClose={() => setRevoking(null)}
      />
    </Card>
  );
}

function NewKey({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [scope, setScope] = useState<"full" | "read">("read");
  const [days, setDays] = useState(90);
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: () => answered(api.POST("/api/auth/tokens", { body: { name, scope, expires_in_days: days } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  });
  const errors = make.error ? asProblem(make.error).fields : {};
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  if (make.data) {
    return (
      <Dialog
        open
        onClose={onClose}
        title="Your new key"
        description="It is shown this once. Keep it where the program finds it and nobody else does."
        footer={
          <Button variant="primary" onClick={onClose}>
            I have kept it
          </Button>
        }
      >
        <code className={css.secret}>{make.data.token}</code>
      </Dialog>
    );
  }
  return (
    <Dialog open onClose={onClose} title="New API key">
      <form className={css.form} onSubmit={submit}>
        <Field label="What it is for" required error={errors.name}>
          {(control) => (
            <Input
              {...control}
              required
              maxLength={100}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <div className={css.two}>
          <Field label="It may" error={errors.scope}>
            {(control) => (
              <Select
                {...control}
                value={scope}
                onChange={(event) => setScope(event.target.value === "full" ? "full" : "read")}
              >
                <option value="read">Only read what I see</option>
                <option value="full">Do everything I may do</option>
              </Select>
            )}
          </Field>
          <Field label="It ends after" error={errors.expires_in_days}>
            {(control) => (
              <Select {...control} value={days} onChange={(event) => setDays(Number(event.target.value))}>
                {DAYS.map((count) => (
                  <option key={count} value={count}>
                    {count} days
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
        <div className={css.verbs}>
          <Button type="submit" variant="primary" busy={make.isPending}>
            Make the key
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
