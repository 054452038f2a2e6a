import { useQuery } from "@tanstack/react-query";
import { type Job, jobsQuery } from "@/api/jobs.ts";

/** The job as it is now; it was asked for a moment ago, so it is among the latest. */
export function useJob(asked: Job | undefined): Job | undefined {
  const jobs = useQuery(jobsQuery).data?.items ?? [];
  return jobs.find(({ id }) => id === asked?.id) ?? asked;
}
