import { Ellipsis, KeyRound, Pause, Play, ScrollText, Send, Trash2 } from "lucide-react";
import { useState } from "react";
import { formatAge, formatCount } from "@/format/format.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Confirm } from "@/ui/Confirm.tsx";
import { Menu, MenuItem, MenuSeparator } from "@/ui/Menu.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import { changeSecret, changeWebhook, deleteWebhook, refreshWebhooks, testWebhook, type Webhook } from "./webhooks.ts";
import css from "./Webhooks.module.css";

/** One webhook with its verbs. */
export function WebhookLine({
  webhook,
  onLog,
  onSecret,
}: {
  webhook: Webhook;
  onLog: () => void;
  onSecret: (secret: string) => void;
}) {
  const [leaving, setLeaving] = useState(false);
  const attempt = async (what: string, verb: () => Promise<unknown>) => {
    try {
      await verb();
    } catch (thrown) {
      sayProblem(what, thrown);
    }
    await refreshWebhooks();
  };
  const { id, name, active } = webhook;
  return (
    <li className={css.line}>
      <div className={css.what}>
        <strong>{name}</strong>
        <span>{webhook.url}</span>
        <span className={css.listens}>
          {webhook.events.map((event) => (
            <Badge key={event}>{event}</Badge>
          ))}
          <span>as {webhook.owner_name}</span>
        </span>
        {webhook.disabled_reason && <span className={css.fault}>{webhook.disabled_reason}</span>}
      </div>
      <span className={css.state}>
        {!active ? (
          <Badge tone="warn">Off</Badge>
        ) : webhook.failing_since ? (
          <Badge tone="danger" dot>
            Failing since {formatAge(webhook.failing_since)}
          </Badge>
        ) : (
          <Badge tone="good" dot>
            On
          </Badge>
        )}
        {webhook.waiting > 0 && <span>{formatCount(webhook.waiting, "waits", "wait")}</span>}
      </span>
      <Button size="s" icon={<ScrollText aria-hidden />} onClick={onLog}>
        Deliveries
      </Button>
      <Menu
        trigger={
          <IconButton label={`More for ${name}`}>
            <Ellipsis aria-hidden />
          </IconButton>
        }
      >
        <MenuItem
          icon={<Send aria-hidden />}
          onSelect={() =>
            void attempt("The call was not queued", async () => {
              await testWebhook(id);
              say("A test call is on its way", "Deliveries tell what became of it.");
            })
          }
        >
          Send a test call
        </MenuItem>
        <MenuItem
          icon={active ? <Pause aria-hidden /> : <Play aria-hidden />}
          onSelect={() => void attempt("It was not changed", () => changeWebhook(id, { active: !active }))}
        >
          {active ? "Switch off" : "Switch on"}
        </MenuItem>
        <MenuItem
          icon={<KeyRound aria-hidden />}
          onSelect={() =>
            void attempt("The secret was not changed", async () => onSecret((await changeSecret(id)).secret))
          }
        >
          New secret
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger icon={<Trash2 aria-hidden />} onSelect={() => setLeaving(true)}>
          Delete webhook
        </MenuItem>
      </Menu>
      <Confirm
        open={leaving}
        title={`Delete ${name}?`}
        description="It is called no more, and its log goes with it."
        verb="Delete"
        onConfirm={() => {
          setLeaving(false);
          void attempt("It was not deleted", () => deleteWebhook(id));
        }}
        onClose={() => setLeaving(false)}
      />
    </li>
  );
}
