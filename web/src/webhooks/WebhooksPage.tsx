import { useQuery } from "@tanstack/react-query";
import { Plus, Webhook as WebhookIcon } from "lucide-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { Problem } from "@/api/problem.ts";
import { useSession } from "@/api/session.ts";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { DeliveryLog } from "./DeliveryLog.tsx";
import { NewWebhookDialog } from "./NewWebhookDialog.tsx";
import { SecretDialog } from "./SecretDialog.tsx";
import { WebhookLine } from "./WebhookLine.tsx";
import { webhooks } from "./webhooks.ts";
import css from "./Webhooks.module.css";

/** Calls to other systems when records change. */
export default function WebhooksPage() {
  const administrator = useSession()?.user.role === "admin";
  if (administrator) return <Webhooks />;
  return (
    <>
      <PageHeader title="Webhooks" />
      <ProblemState error={new Problem(403, { detail: "Only administrators set up webhooks." })} />
    </>
  );
}

function Webhooks() {
  const query = useQuery(webhooks);
  const [parameters, setParameters] = useSearchParams();
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string>();
  const chosen = query.data?.find(({ id }) => id === parameters.get("log"));
  const add = (
    <Button variant="primary" icon={<Plus aria-hidden />} onClick={() => setAdding(true)}>
      New webhook
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Webhooks"
        subtitle="Other systems are called when records change. Each call is signed, repeated for a day, and tells no more than its owner may see."
        actions={add}
      />
      <div className={css.page}>
        {query.error && <ProblemState error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending && <SkeletonRows />}
        {query.data?.length === 0 && (
          <EmptyState icon={<WebhookIcon />} title="Nobody is called yet" action={add}>
            Have your warehouse, your chat or Zapier hear of new leads and won deals.
          </EmptyState>
        )}
        <ul className={css.list}>
          {query.data?.map((webhook) => (
            <WebhookLine
              key={webhook.id}
              webhook={webhook}
              onLog={() => setParameters({ log: webhook.id })}
              onSecret={setSecret}
            />
          ))}
        </ul>
      </div>
      {adding && (
        <NewWebhookDialog
          onClose={() => setAdding(false)}
          onMade={(made) => {
            setAdding(false);
            setSecret(made);
          }}
        />
      )}
      {secret && <SecretDialog secret={secret} onClose={() => setSecret(undefined)} />}
      {chosen && <DeliveryLog webhook={chosen} onClose={() => setParameters({})} />}
    </>
  );
}
