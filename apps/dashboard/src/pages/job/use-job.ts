import { adminJobDetailSchema, jobActionSchema } from "@darkroom/contract/admin/job-detail";
import type { AdminJobItem } from "@darkroom/contract/admin/jobs";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { callApi } from "../../api/call-api.ts";
import { useLiveEvents } from "../../live/live-store.ts";

/** The stream tells of changes; this is for what it does not tell, e.g. places in line and deliveries. */
const refetchMs = 5_000;
const refetchFinalMs = 30_000;

export function useJob(id: string) {
  const client = useQueryClient();
  const queryKey = useMemo(() => ["job", id], [id]);
  const listener = useMemo(
    () => ({
      jobs: ({ jobs }: { jobs: AdminJobItem[] }) => {
        if (jobs.some((job) => job.id === id)) void client.invalidateQueries({ queryKey });
      },
    }),
    [client, id, queryKey],
  );
  useLiveEvents(listener);
  return useQuery({
    queryKey,
    queryFn: ({ signal }) => callApi("readJob", adminJobDetailSchema, { params: { id }, signal }),
    refetchInterval: ({ state }) => (isFinal(state.data?.job.status) ? refetchFinalMs : refetchMs),
  });
}

export function isFinal(status: AdminJobItem["status"] | undefined): boolean {
  return status === "succeeded" || status === "failed" || status === "canceled";
}

const outcomeWords = {
  canceled: "Canceled.",
  cancel_requested: "fal has it: it was asked to stop, and the job ends when fal answers.",
  queued: "Back in line for another try.",
  copying: "Copying again; nothing is bought again.",
  deleted: "Prompt, pictures and payloads are deleted.",
} as const;

export function useJobAction(name: "cancelJob" | "retryJob" | "deleteJob", id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => callApi(name, jobActionSchema, { params: { id } }),
    onSuccess: async ({ outcome }) => {
      notifications.show({ message: outcomeWords[outcome] });
      await client.invalidateQueries({ queryKey: ["job", id] });
    },
  });
}
