/** What the account page reads about whoever is signed in. */
import { queryOptions } from "@tanstack/react-query";
import { answered, api } from "@/api/client.ts";

export const sessionsQuery = queryOptions({
  queryKey: ["account", "sessions"],
  queryFn: ({ signal }) => answered(api.GET("/api/auth/sessions", { signal })),
});

export const tokensQuery = queryOptions({
  queryKey: ["account", "tokens"],
  queryFn: ({ signal }) => answered(api.GET("/api/auth/tokens", { signal })),
});

export const accountQuery = queryOptions({
  queryKey: ["account", "standing"],
  queryFn: ({ signal }) => answered(api.GET("/api/auth/account", { signal })),
});

export const providersQuery = queryOptions({
  queryKey: ["sign-in providers"],
  queryFn: ({ signal }) => answered(api.GET("/api/auth/providers", { signal })),
});

export const identitiesQuery = queryOptions({
  queryKey: ["account", "identities"],
  queryFn: ({ signal }) => answered(api.GET("/api/auth/identities", { signal })),
});
