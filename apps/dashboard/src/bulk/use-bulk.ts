import { type Bulk, bulkListSchema, bulkSchema } from "@darkroom/contract/admin/bulk";
import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { callApi } from "../api/call-api.ts";
import { useLiveEvents } from "../live/live-store.ts";

const listKey = ["bulk", "list"] as const;
/** Where the stream is down. */
const refetchMs = 3_000;

/** Bulk operations that go on, and those that ended a moment ago. */
export function useBulks() {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: listKey,
    queryFn: ({ signal }) => callApi("listBulk", bulkListSchema, { query: { limit: 10 }, signal }),
    refetchInterval: ({ state }) => (state.data?.data.some(({ state: is }) => is === "running") ? refetchMs : false),
  });
  const listener = useMemo(() => ({ bulk: (bulk: Bulk) => putBulk(client, bulk) }), [client]);
  useLiveEvents(listener);
  return query;
}

export function putBulk(client: QueryClient, bulk: Bulk): void {
  client.setQueryData<{ data: Bulk[]; next_cursor: string | null }>(listKey, (before) => {
    if (!before) return { data: [bulk], next_cursor: null };
    const others = before.data.filter(({ id }) => id !== bulk.id);
    const data = [bulk, ...others].sort((a, b) => b.created_at.localeCompare(a.created_at));
    return { ...before, data };
  });
}

export function useStopBulk() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => callApi("stopBulk", bulkSchema, { params: { id } }),
    onSuccess: (bulk) => putBulk(client, bulk),
  });
}
