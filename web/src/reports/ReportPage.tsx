import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { PageSkeleton } from "@/ui/Skeleton.tsx";
import { Builder } from "./Builder.tsx";
import { modelQuery } from "./model.ts";
import { openedQuery } from "./saved.ts";

/** The report builder: a new report, a ready one by name, or a saved one by id. */
export default function ReportPage() {
  const { name } = useParams();
  const { data: model } = useSuspenseQuery(modelQuery);
  const { data, error, refetch } = useQuery(openedQuery(name));
  if (error)
    return (
      <>
        <PageHeader title="Report" />
        <ProblemState error={error} onRetry={() => void refetch()} />
      </>
    );
  if (!data) return <PageSkeleton />;
  return <Builder key={name ?? "new"} name={name ?? "new"} opened={data} model={model} />;
}
