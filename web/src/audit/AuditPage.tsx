import { useSearchParams } from "react-router";
import { useSession } from "@/api/session.ts";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { Problem } from "@/api/problem.ts";
import { Segments } from "@/ui/Segments.tsx";
import { Activity } from "./Activity.tsx";
import css from "./Audit.module.css";
import { Security } from "./Security.tsx";

const PARTS = [
  { value: "activity", label: "Activity" },
  { value: "security", label: "Security" },
] as const;

/** Who did what, whether the log of it is intact, and what looks unusual. */
export default function AuditPage() {
  const [parameters, setParameters] = useSearchParams();
  const part = parameters.get("part") === "security" ? "security" : "activity";
  const administrator = useSession()?.user.role === "admin";
  return (
    <>
      <PageHeader title="Audit" subtitle="Who did what, whether the log of it is intact, and what looks unusual." />
      {administrator ? (
        <div className={css.page}>
          <Segments
            label="What to show"
            value={part}
            options={PARTS}
            onChange={(next) => setParameters(next === "security" ? { part: next } : {}, { replace: true })}
          />
          {part === "security" ? <Security /> : <Activity />}
        </div>
      ) : (
        <ProblemState error={new Problem(403, { detail: "Only administrators read the audit log." })} />
      )}
    </>
  );
}
