import { useQuery } from "@tanstack/react-query";
import { UserRoundX } from "lucide-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { Problem } from "@/api/problem.ts";
import { useSession } from "@/api/session.ts";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { ErasureDialog } from "./ErasureDialog.tsx";
import { ErasureLine } from "./ErasureLine.tsx";
import { PersonDialog } from "./PersonDialog.tsx";
import { erasures } from "./privacy.ts";
import css from "./Privacy.module.css";

/** Requests of people and their proofs; a record leads here with the person in the address. */
export default function PrivacyPage() {
  const administrator = useSession()?.user.role === "admin";
  if (administrator) return <Requests />;
  return (
    <>
      <PageHeader title="Privacy" />
      <ProblemState error={new Problem(403, { detail: "Only administrators answer requests of people." })} />
    </>
  );
}

function Requests() {
  const query = useQuery(erasures);
  const [parameters, setParameters] = useSearchParams();
  const [opened, setOpened] = useState<string>();
  const [object, id] = [parameters.get("object"), parameters.get("id")];
  const chosen = query.data?.find((erasure) => erasure.id === opened);
  return (
    <>
      <PageHeader
        title="Privacy"
        subtitle="Requests of people to be forgotten, and the proof of what was erased. Open a lead, a contact or a user and choose “Personal data” to answer a request."
      />
      <div className={css.page}>
        {query.error && <ProblemState error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending && <SkeletonRows />}
        {query.data?.length === 0 && (
          <EmptyState icon={<UserRoundX />} title="Nobody has asked to be forgotten">
            When somebody does, everything that is held about them can be given out and erased, the past included.
          </EmptyState>
        )}
        <ul className={css.list}>
          {query.data?.map((erasure) => (
            <ErasureLine key={erasure.id} erasure={erasure} onOpen={() => setOpened(erasure.id)} />
          ))}
        </ul>
      </div>
      {object && id && (
        <PersonDialog
          person={{ object, id }}
          onClose={() => setParameters({}, { replace: true })}
          onAsked={(asked) => {
            setParameters({}, { replace: true });
            setOpened(asked.id);
          }}
        />
      )}
      {chosen && <ErasureDialog erasure={chosen} onClose={() => setOpened(undefined)} />}
    </>
  );
}
