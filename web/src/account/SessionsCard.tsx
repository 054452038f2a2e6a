import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import { formatAge } from "@/format/format.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { Card } from "@/ui/Card.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import css from "./Account.module.css";
import { deviceName } from "./agent.ts";
import { sessionsQuery } from "./queries.ts";

/** Where one is signed in. */
export function SessionsCard() {
  const sessions = useQuery(sessionsQuery);
  const queries = useQueryClient();
  const ended = (what: string) => ({
    onSuccess: async () => {
      say(what);
      await queries.invalidateQueries({ queryKey: sessionsQuery.queryKey });
    },
    onError: (thrown: unknown) => sayProblem("The session could not be ended", thrown),
  });
  const end = useMutation({
    mutationFn: (id: string) => api.DELETE("/api/auth/sessions/{id}", { params: { path: { id } } }),
    ...ended("Session ended"),
  });
  const endOthers = useMutation({
    mutationFn: () => api.DELETE("/api/auth/sessions", { params: { query: { keep_current: true } } }),
    ...ended("Signed out everywhere else"),
  });
  const items = sessions.data?.items ?? [];
  return (
    <Card title="Where you are signed in" flush>
      {sessions.error ? (
        <ProblemState error={sessions.error} compact onRetry={() => void sessions.refetch()} />
      ) : sessions.isLoading ? (
        <SkeletonRows count={2} />
      ) : (
        <ul className={css.rows}>
          {items.map(({ id, agent, ip, last_used_at, current }) => (
            <li key={id} className={css.row}>
              <div className={css.what}>
                <strong>
                  {deviceName(agent)}
                  {current && <Badge tone="good">This one</Badge>}
                </strong>
                <span>
                  {ip} · last used {formatAge(last_used_at)}
                </span>
              </div>
              {!current && (
                <Button size="s" busy={end.isPending && end.variables === id} onClick={() => end.mutate(id)}>
                  End
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {items.length > 1 && (
        <div className={css.footer}>
          <Button busy={endOthers.isPending} onClick={() => endOthers.mutate()}>
            Sign out everywhere else
          </Button>
        </div>
      )}
    </Card>
  );
}
