import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./api-error.ts";

const retriesMax = 2;

/** What comes over the stream keeps lists fresh; the rest is asked for again when looked at after a while. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, error) => count < retriesMax && !(error instanceof ApiError && error.isLasting),
      retryDelay: (count) => 1_000 * 2 ** count,
    },
    mutations: { retry: false },
  },
});
