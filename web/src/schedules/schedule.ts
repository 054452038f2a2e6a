/** Schedules: what is mailed when, to whom, and what became of it. */
import { queryOptions } from "@tanstack/react-query";
import { request } from "@/api/client.ts";
import { keys } from "@/api/keys.ts";
import { type CrmRecord, type FieldValue, listRecords, readRecord, textOf } from "@/api/records.ts";
import { session } from "@/api/session.ts";

export const SCHEDULES = "schedules";
export const DELIVERIES = "deliveries";

export type Cadence = "daily" | "weekly" | "monthly";
export type SubjectKind = "report" | "dashboard";
export const CADENCES: readonly { value: Cadence; label: string }[] = [
  { value: "daily", label: "Every day" },
  { value: "weekly", label: "Every week" },
  { value: "monthly", label: "Every month" },
];
export const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
export const FORMATS: Record<SubjectKind, readonly string[]> = {
  report: ["pdf", "xlsx", "csv"],
  dashboard: ["pdf", "xlsx"],
};

export interface ScheduleDraft {
  name: string;
  subject_kind: SubjectKind;
  subject: string;
  cadence: Cadence;
  weekday: number;
  day_of_month: number;
  time_of_day: string;
  time_zone: string;
  formats: string[];
  recipients: string[];
}

export function newDraft(kind: SubjectKind, subject: string): ScheduleDraft {
  const me = session()?.user;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return {
    name: "",
    subject_kind: kind,
    subject,
    cadence: "weekly",
    weekday: 1,
    day_of_month: 1,
    time_of_day: "08:00",
    time_zone: me?.time_zone || zone,
    formats: ["pdf"],
    recipients: me ? [me.id] : [],
  };
}

export function draftOf(record: CrmRecord): ScheduleDraft {
  return {
    name: textOf(record, "name"),
    subject_kind: record.subject_kind === "dashboard" ? "dashboard" : "report",
    subject: textOf(record, "subject"),
    cadence: CADENCES.find(({ value }) => value === record.cadence)?.value ?? "weekly",
    weekday: Number(record.weekday ?? 1),
    day_of_month: Number(record.day_of_month ?? 1),
    time_of_day: textOf(record, "time_of_day"),
    time_zone: textOf(record, "time_zone"),
    formats: wordsOf(record.formats),
    recipients: wordsOf(record.recipients),
  };
}

/** The draft as the server keeps it: days only where the cadence has them. */
export function fieldsOf(draft: ScheduleDraft): Record<string, FieldValue> {
  const { weekday, day_of_month, ...rest } = draft;
  return {
    ...rest,
    name: draft.name.trim(),
    weekday: draft.cadence === "weekly" ? weekday : null,
    day_of_month: draft.cadence === "monthly" ? day_of_month : null,
  };
}

export function wordsOf(value: FieldValue | undefined): string[] {
  const list: unknown = typeof value === "string" ? JSON.parse(value) : value;
  return Array.isArray(list) ? list.filter((item) => typeof item === "string") : [];
}

/** "Every week on Monday at 08:00, Europe/Berlin". */
export function rhythmInWords(
  draft: Pick<ScheduleDraft, "cadence" | "weekday" | "day_of_month" | "time_of_day" | "time_zone">,
): string {
  const day =
    draft.cadence === "weekly"
      ? ` on ${WEEKDAYS[draft.weekday - 1] ?? "Monday"}`
      : draft.cadence === "monthly"
        ? ` on day ${draft.day_of_month}`
        : "";
  const every = CADENCES.find(({ value }) => value === draft.cadence)?.label ?? "";
  return `${every}${day} at ${draft.time_of_day.slice(0, 5)}, ${draft.time_zone.replaceAll("_", " ")}`;
}

export const schedulesQuery = queryOptions({
  queryKey: keys.list(SCHEDULES, { all: true }),
  queryFn: async ({ signal }) => (await listRecords(SCHEDULES, { sort: "name", limit: 200 }, signal)).items,
});

export const scheduleQuery = (id: string) =>
  queryOptions({ queryKey: keys.record(SCHEDULES, id), queryFn: ({ signal }) => readRecord(SCHEDULES, id, signal) });

const MOST_DELIVERIES = 100;
/** While something is being sent the history looks again. */
const WATCH_MS = 2_000;

export const deliveriesQuery = (schedule: string) =>
  queryOptions({
    queryKey: keys.list(DELIVERIES, { schedule }),
    queryFn: async ({ signal }) =>
      (
        await listRecords(
          DELIVERIES,
          {
            sort: "-due_at",
            limit: MOST_DELIVERIES,
            filters: [{ field: "schedule_id", operator: "eq", value: schedule }],
          },
          signal,
        )
      ).items,
    refetchInterval: ({ state }) =>
      state.data?.some(({ status }) => status === "pending" || status === "sending") ? WATCH_MS : false,
  });

/** The next three runs; the body is whole, so that only its times can be refused. */
export const previewQuery = (draft: ScheduleDraft) => {
  const me = session()?.user.id ?? "";
  const body = {
    ...fieldsOf(draft),
    name: draft.name.trim() || "Preview",
    recipients: draft.recipients.length > 0 ? draft.recipients : [me],
  };
  return queryOptions({
    queryKey: ["schedule-preview", body],
    queryFn: ({ signal }) => request<{ next: string[] }>("/api/schedules/preview", { method: "POST", body, signal }),
    enabled: draft.subject !== "" && draft.formats.length > 0 && /^\d\d:\d\d/.test(draft.time_of_day),
    retry: false,
  });
};

export function runNow(id: string): Promise<unknown> {
  return request(`/api/schedules/${id}/run`, { method: "POST" });
}
