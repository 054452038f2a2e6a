import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import { formatAge } from "@/format/format.ts";
import { Button } from "@/ui/Button.tsx";
import { Card } from "@/ui/Card.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import css from "./Account.module.css";
import { identitiesQuery, providersQuery } from "./queries.ts";

/** Accounts elsewhere that sign one in here; nothing where no provider is configured. */
export function LinkedCard() {
  const providers = useQuery(providersQuery).data?.items ?? [];
  const linked = useQuery(identitiesQuery).data?.items ?? [];
  const queries = useQueryClient();
  const unlink = useMutation({
    mutationFn: (id: string) => api.DELETE("/api/auth/identities/{id}", { params: { path: { id } } }),
    onSuccess: async () => {
      say("Unlinked");
      await queries.invalidateQueries({ queryKey: identitiesQuery.queryKey });
    },
    onError: (thrown) => sayProblem("It could not be unlinked", thrown),
  });
  if (providers.length === 0 && linked.length === 0) return null;
  return (
    <Card title="Sign in with" flush>
      <ul className={css.rows}>
        {linked.map(({ id, provider, email, last_used_at }) => (
          <li key={id} className={css.row}>
            <div className={css.what}>
              <strong>{labelOf(provider, providers)}</strong>
              <span>
                {email ?? "no address"} · last used {formatAge(last_used_at)}
              </span>
            </div>
            <Button size="s" busy={unlink.isPending && unlink.variables === id} onClick={() => unlink.mutate(id)}>
              Unlink
            </Button>
          </li>
        ))}
        {providers
          .filter(({ name }) => !linked.some(({ provider }) => provider === name))
          .map(({ name, label }) => (
            <li key={name} className={css.row}>
              <div className={css.what}>
                <strong>{label}</strong>
                <span>Not linked</span>
              </div>
              <Button size="s" onClick={() => window.location.assign(`/api/auth/oidc/${name}/start?link=true`)}>
                Link
              </Button>
            </li>
          ))}
      </ul>
    </Card>
  );
}

function labelOf(provider: string, providers: readonly { name: string; label: string }[]): string {
  return providers.find(({ name }) => name === provider)?.label ?? provider;
}
