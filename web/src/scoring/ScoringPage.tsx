import { useQuery, useQueryClient } from "@tanstack/react-query";
import { GraduationCap, ListChecks } from "lucide-react";
import { type ReactNode, useState } from "react";
import { keys } from "@/api/keys.ts";
import { session } from "@/api/session.ts";
import { formatCell } from "@/format/cell.ts";
import { formatAge, formatChoice, formatCount, formatMoment, formatNumber } from "@/format/format.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { Card } from "@/ui/Card.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { sayProblem } from "@/ui/toast.tsx";
import {
  type Applied,
  apply,
  metric,
  type ScoringStatus,
  statusQuery,
  TIER_WORDS,
  type Tier,
  type Trained,
  train,
} from "./score.ts";
import { Features } from "./Features.tsx";
import css from "./ScoringPage.module.css";
import { Versions } from "./Versions.tsx";

const TIERS: readonly Tier[] = ["hot", "warm", "cool", "cold"];

type Outcome = { kind: "trained"; trained: Trained } | { kind: "applied"; applied: Applied };

/** The model that scores leads: how good it is, and training and applying it. */
export default function ScoringPage() {
  const { data: status, error, refetch } = useQuery(statusQuery);
  const [busy, setBusy] = useState<"train" | "apply">();
  const [outcome, setOutcome] = useState<Outcome>();
  const queries = useQueryClient();
  const role = session()?.user.role;
  const reason =
    role === "manager" || role === "admin" ? undefined : "Managers and administrators train and apply the model";
  const work = async (what: "train" | "apply") => {
    setBusy(what);
    setOutcome(undefined);
    // Shows the progress while the answer is on its way.
    const watch = setInterval(() => void queries.invalidateQueries({ queryKey: statusQuery.queryKey }), 1_000);
    try {
      setOutcome(
        what === "train" ? { kind: "trained", trained: await train() } : { kind: "applied", applied: await apply() },
      );
      await Promise.all([
        queries.invalidateQueries({ queryKey: statusQuery.queryKey }),
        queries.invalidateQueries({ queryKey: keys.table("score_models") }),
        queries.invalidateQueries({ queryKey: keys.table("leads") }),
      ]);
    } catch (thrown) {
      sayProblem(what === "train" ? "The training did not finish" : "The scores were not written", thrown);
    } finally {
      clearInterval(watch);
      setBusy(undefined);
    }
  };
  return (
    <>
      <PageHeader
        title="Scoring"
        subtitle="How likely each lead is to become a customer, learned from the leads before it."
        actions={
          <>
            <Button
              icon={<GraduationCap size={16} aria-hidden />}
              busy={busy === "train" || status?.training === true}
              reason={reason}
              onClick={() => void work("train")}
            >
              Train
            </Button>
            <Button
              variant="primary"
              icon={<ListChecks size={16} aria-hidden />}
              busy={busy === "apply" || status?.applying === true}
              reason={reason}
              onClick={() => void work("apply")}
            >
              Apply to open leads
            </Button>
          </>
        }
      />
      <div className={css.page}>
        {error && <ProblemState error={error} onRetry={() => void refetch()} />}
        {!status && !error && <SkeletonRows count={4} />}
        {busy && <Progress busy={busy} progress={status?.progress} />}
        {outcome && <OutcomeCard outcome={outcome} />}
        {status && <State status={status} />}
        {status?.model && <Features metrics={status.model.metrics} />}
        <Versions />
      </div>
    </>
  );
}

function Progress({ busy, progress }: { busy: "train" | "apply"; progress: ScoringStatus["progress"] }) {
  const known = busy === "apply" && progress !== undefined && progress.total > 0;
  return (
    <Card title={busy === "train" ? "Training" : "Applying"}>
      <p className={css.quiet}>
        {busy === "train"
          ? "Looking at every lead as it was when it was new…"
          : known
            ? `${formatNumber(progress.done)} of ${formatCount(progress.total, "lead", "leads")}`
            : "Scoring the open leads…"}
      </p>
      <progress
        className={css.progress}
        aria-label={busy === "train" ? "Training" : "Applying"}
        {...(known ? { value: progress.done, max: progress.total } : {})}
      />
    </Card>
  );
}

function OutcomeCard({ outcome }: { outcome: Outcome }) {
  if (outcome.kind === "trained") {
    const { model, message } = outcome.trained;
    const auc = metric(model.metrics, "roc_auc");
    return (
      <Card title="Training finished">
        <p role="status">
          {message ??
            `Version ${model.name} learned from ${formatCount(model.leads, "lead", "leads")}, ${formatNumber(model.conversions)} of which became customers${auc === undefined ? "" : `; ROC-AUC ${auc.toFixed(3)} on the latest leads`}.`}
          {!message && model.status === "champion" ? " It scores from now on: apply it to the open leads." : ""}
        </p>
      </Card>
    );
  }
  const { scored, model, tiers } = outcome.applied;
  return (
    <Card title="Scores written">
      <p role="status">
        {formatCount(scored, "open lead", "open leads")} scored by {model}.
      </p>
      <ul className={css.tiers}>
        {TIERS.map((tier) => (
          <li key={tier} data-tier={tier}>
            <b>{formatNumber(tiers[tier] ?? 0)}</b> {TIER_WORDS[tier]}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function State({ status }: { status: ScoringStatus }) {
  const { model } = status;
  const enough = status.needed > 0 ? Math.min(100, Math.round((100 * status.conversions) / status.needed)) : 100;
  return (
    <Card title="Now scoring">
      {model ? (
        <dl className={css.facts}>
          <Fact label="Version">
            <strong>{model.name}</strong>{" "}
            <Badge tone="good">{model.algorithm === "rules" ? "Rules" : formatChoice(model.algorithm)}</Badge>
          </Fact>
          <Fact label="Trained">{formatMoment(model.trained_at)}</Fact>
          <Fact label="Learned from">
            {formatCount(model.leads, "lead", "leads")}, {formatNumber(model.conversions)} converted
          </Fact>
          {METRICS.map(({ name, label, format, help }) => {
            const value = metric(model.metrics, name);
            return value === undefined ? null : (
              <Fact key={name} label={label} help={help}>
                {format === "percent" ? formatCell(value, "percent") : value.toFixed(3)}
              </Fact>
            );
          })}
          <Fact label="Last applied">
            {status.last_applied_at ? formatAge(status.last_applied_at) : "Not since the server started"}
          </Fact>
        </dl>
      ) : (
        <p className={css.quiet}>
          No version yet. Train one, or let the rules score until there is enough to learn from.
        </p>
      )}
      {status.message && <p className={css.message}>{status.message}</p>}
      {status.conversions < status.needed && (
        <div className={css.way}>
          <progress
            className={css.progress}
            aria-label="Conversions on the way to a trained model"
            value={status.conversions}
            max={status.needed}
          />
          <span>{enough}%</span>
        </div>
      )}
      {status.drift.length > 0 && (
        <p className={css.message}>
          Leads have changed: {status.drift.map(({ label }) => label.toLowerCase()).join(", ")}. Train again to learn
          the new ones.
        </p>
      )}
    </Card>
  );
}

const METRICS = [
  {
    name: "roc_auc",
    label: "ROC-AUC",
    format: "number",
    help: "How well it tells converting leads from others: 0.5 is a coin, 1 is perfect.",
  },
  { name: "log_loss", label: "Log loss", format: "number", help: "How wrong its probabilities are; less is better." },
  {
    name: "top_decile_lift",
    label: "Lift of the top tenth",
    format: "number",
    help: "How many times more often its best tenth converts.",
  },
  {
    name: "calibration_error",
    label: "Calibration error",
    format: "number",
    help: "How far promised and real shares are apart.",
  },
  { name: "base_rate", label: "Conversion rate", format: "percent", help: "Share of leads that convert at all." },
] as const;

function Fact({ label, help, children }: { label: string; help?: string; children: ReactNode }) {
  return (
    <div title={help}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
