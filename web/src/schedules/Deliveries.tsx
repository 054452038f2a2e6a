import { useQuery } from "@tanstack/react-query";
import { keys } from "@/api/keys.ts";
import { type CrmRecord, type FieldValue, listRecords, textOf } from "@/api/records.ts";
import { formatMoment } from "@/format/format.ts";
import { Badge, type Tone } from "@/ui/Badge.tsx";
import { Card } from "@/ui/Card.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { deliveriesQuery } from "./schedule.ts";
import css from "./Schedules.module.css";

const TONES: Record<string, Tone> = {
  pending: "neutral",
  sending: "info",
  sent: "good",
  failed: "danger",
  refused: "warn",
};
const WORDS: Record<string, string> = {
  pending: "Waiting",
  sending: "Sending",
  sent: "Sent",
  failed: "Failed",
  refused: "Not sent",
};

/** What became of each run, recipient by recipient. */
export function Deliveries({ schedule }: { schedule: string }) {
  const { data, error, refetch } = useQuery(deliveriesQuery(schedule));
  const { data: users } = useQuery({
    queryKey: keys.list("users", { all: true }),
    queryFn: async ({ signal }) => (await listRecords("users", { sort: "name", limit: 200 }, signal)).items,
  });
  const nameOf = (id: FieldValue | undefined) =>
    textOf(
      users?.find((user) => user.id === id),
      "name",
    ) || "A person who left";
  return (
    <Card title="History">
      {error && <ProblemState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonRows count={3} />}
      {data?.length === 0 && <p className={css.quiet}>Nothing has been sent yet.</p>}
      <div className={css.history}>
        {byRun(data ?? []).map(([due, deliveries]) => (
          <section key={due} className={css.run} aria-label={`Run of ${formatMoment(due)}`}>
            <h3>{formatMoment(due)}</h3>
            {deliveries.map((delivery) => {
              const status = textOf(delivery, "status");
              const about = textOf(delivery, "error") || filesOf(delivery.files);
              return (
                <div key={delivery.id} className={css.delivery}>
                  <span>{nameOf(delivery.recipient_id)}</span>
                  <Badge tone={TONES[status] ?? "neutral"}>{WORDS[status] ?? status}</Badge>
                  {about && <small>{about}</small>}
                </div>
              );
            })}
          </section>
        ))}
      </div>
    </Card>
  );
}

function byRun(deliveries: readonly CrmRecord[]): [string, CrmRecord[]][] {
  const runs = new Map<string, CrmRecord[]>();
  for (const delivery of deliveries) {
    const due = textOf(delivery, "due_at");
    runs.set(due, [...(runs.get(due) ?? []), delivery]);
  }
  return [...runs];
}

function filesOf(files: FieldValue | undefined): string {
  const list: unknown = typeof files === "string" ? JSON.parse(files) : files;
  if (!Array.isArray(list)) return "";
  return list
    .flatMap((file: unknown) =>
      typeof file === "object" && file !== null && "name" in file
        ? [
            `${String(file.name)}${"bytes" in file ? ` (${Math.max(1, Math.round(Number(file.bytes) / 1_000))} kB)` : ""}`,
          ]
        : [],
    )
    .join(", ");
}
