import { QueryClient } from "@tanstack/react-query";
import { asProblem } from "./problem.ts";

const RETRIES = 2;

/** One cache for the application. Only failures that may pass by themselves are tried again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      gcTime: 10 * 60_000,
      refetchOnWindowFocus: true,
      retry: (count, thrown) => count < RETRIES && [0, 502, 503].includes(asProblem(thrown).status),
      retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 4_000),
    },
    mutations: { retry: false },
  },
});
