/** The audit log and security events; for administrators. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { components } from "@/api/__generated__/schema.ts";
import { api, answered, request } from "@/api/client.ts";

export type AuditLine = components["schemas"]["AuditLine"];
export type SecurityEvent = components["schemas"]["SecurityEvent"];
export type Suspicion = components["schemas"]["Suspicion"];
export type Verification = components["schemas"]["Verification"];

/** Filters as they stand in the address. */
export const AUDIT_FILTERS = ["actor", "object", "action", "record_id", "from", "to"] as const;
export const SECURITY_FILTERS = ["user", "event", "ip"] as const;
/** What the security log tells of, the most frequent first. */
export const SECURITY_EVENTS = [
  "logged_in",
  "login_failed",
  "login_throttled",
  "login_of_closed_account",
  "refresh_token_reused",
  "sessions_ended",
  "password_set",
  "reset_asked",
  "second_factor_on",
  "second_factor_off",
  "second_factor_failed",
  "recovery_codes_made",
  "token_issued",
  "token_revoked",
  "identity_linked",
  "identity_unlinked",
  "previewed",
  "registered",
  "email_confirmed",
  "invited",
  "invitation_accepted",
];
export type AuditAsk = Partial<Record<(typeof AUDIT_FILTERS)[number], string>>;
export type SecurityAsk = Partial<Record<(typeof SECURITY_FILTERS)[number], string>>;

const PER_PAGE = "100";

export function auditLines(ask: AuditAsk) {
  return infiniteQueryOptions({
    queryKey: ["audit", "lines", ask] as const,
    queryFn: ({ signal, pageParam }) =>
      request<components["schemas"]["AuditLines"]>(`/api/audit?${parametersOf(ask, pageParam)}`, { signal }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });
}

export function securityEvents(ask: SecurityAsk) {
  return infiniteQueryOptions({
    queryKey: ["audit", "security", ask] as const,
    queryFn: ({ signal, pageParam }) =>
      request<components["schemas"]["SecurityEvents"]>(`/api/security/events?${parametersOf(ask, pageParam)}`, {
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });
}

export const suspicions = queryOptions({
  queryKey: ["audit", "suspicions"],
  queryFn: ({ signal }) => answered(api.GET("/api/security/suspicions", { signal })).then(({ items }) => items),
});

export const verification = queryOptions({
  queryKey: ["audit", "verification"],
  queryFn: ({ signal }) => answered(api.GET("/api/audit/verification", { signal })),
});

/** Where the same entries come as a file. */
export function exportPath(ask: AuditAsk): string {
  return `/api/audit/export?${parametersOf(ask, "")}`;
}

function parametersOf(ask: AuditAsk | SecurityAsk, cursor: string): URLSearchParams {
  const parameters = new URLSearchParams({ limit: PER_PAGE });
  for (const [name, value] of Object.entries(ask)) if (value) parameters.set(name, moment(name, value));
  if (cursor) parameters.set("cursor", cursor);
  return parameters;
}

/** Days in the address are moments to the server: the end of a period is the day after it. */
function moment(name: string, value: string): string {
  if (name !== "from" && name !== "to") return value;
  const day = new Date(`${value}T00:00:00`);
  if (Number.isNaN(day.getTime())) return value;
  if (name === "to") day.setDate(day.getDate() + 1);
  return day.toISOString();
}
