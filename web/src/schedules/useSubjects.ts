import { useQuery } from "@tanstack/react-query";
import { textOf } from "@/api/records.ts";
import { readyDashboardsQuery, savedDashboardsQuery } from "@/dashboards/dashboard.ts";
import { readyQuery, savedQuery } from "@/reports/saved.ts";
import type { SubjectKind } from "./schedule.ts";

export interface Subject {
  kind: SubjectKind;
  /** Name of a ready one, id of a saved one. */
  id: string;
  title: string;
  saved: boolean;
}

/** Everything that can be mailed. */
export function useSubjects(): { subjects: Subject[]; titleOf: (kind: string, id: string) => string } {
  const reports = useQuery(readyQuery);
  const ownReports = useQuery(savedQuery);
  const dashboards = useQuery(readyDashboardsQuery);
  const ownDashboards = useQuery(savedDashboardsQuery);
  const subjects: Subject[] = [
    ...(reports.data ?? []).map(({ name, title }): Subject => ({ kind: "report", id: name, title, saved: false })),
    ...(ownReports.data ?? []).map((record): Subject => ({
      kind: "report",
      id: record.id,
      title: textOf(record, "name"),
      saved: true,
    })),
    ...(dashboards.data ?? []).map(({ name, title }): Subject => ({
      kind: "dashboard",
      id: name,
      title,
      saved: false,
    })),
    ...(ownDashboards.data ?? []).map((record): Subject => ({
      kind: "dashboard",
      id: record.id,
      title: textOf(record, "name"),
      saved: true,
    })),
  ];
  return {
    subjects,
    titleOf: (kind, id) => subjects.find((subject) => subject.kind === kind && subject.id === id)?.title ?? "",
  };
}
