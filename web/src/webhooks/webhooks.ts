/** Webhooks and their log; for administrators. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { components } from "@/api/__generated__/schema.ts";
import { api, answered, request } from "@/api/client.ts";
import { queryClient } from "@/api/queryClient.ts";

export type Webhook = components["schemas"]["Webhook"];
export type DeliveryLine = components["schemas"]["DeliveryLine"];
export type NewWebhook = components["schemas"]["NewWebhook"];
export type WebhookChanges = components["schemas"]["WebhookChanges"];

const KEY = ["webhooks"] as const;
/** What waits is looked at again so soon, while it waits. */
const LOOK_AGAIN_MS = 2_000;

export const webhooks = queryOptions({
  queryKey: [...KEY, "list"],
  queryFn: ({ signal }) => answered(api.GET("/api/webhooks", { signal })).then(({ items }) => items),
});

export function deliveryLog(id: string) {
  return infiniteQueryOptions({
    queryKey: [...KEY, "log", id] as const,
    queryFn: ({ signal, pageParam }) =>
      request<components["schemas"]["DeliveryLog"]>(
        `/api/webhooks/${id}/deliveries${pageParam ? `?${new URLSearchParams({ cursor: pageParam })}` : ""}`,
        { signal },
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
    refetchInterval: (query) =>
      query.state.data?.pages.some(({ items }) => items.some(({ status }) => status === "pending"))
        ? LOOK_AGAIN_MS
        : false,
  });
}

export function createWebhook(body: NewWebhook) {
  return answered(api.POST("/api/webhooks", { body }));
}

export function changeWebhook(id: string, body: WebhookChanges): Promise<Webhook> {
  return answered(api.PATCH("/api/webhooks/{id}", { params: { path: { id } }, body }));
}

export function deleteWebhook(id: string): Promise<void> {
  return request(`/api/webhooks/${id}`, { method: "DELETE" });
}

export function changeSecret(id: string) {
  return answered(api.POST("/api/webhooks/{id}/secret", { params: { path: { id } } }));
}

export function testWebhook(id: string): Promise<unknown> {
  return request(`/api/webhooks/${id}/test`, { method: "POST" });
}

export function replayDelivery(id: string, delivery: string): Promise<void> {
  return request(`/api/webhooks/${id}/deliveries/${delivery}/replay`, { method: "POST" });
}

export function refreshWebhooks(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: KEY });
}
