import { type AdminEndpoint, adminReplayListSchema } from "@darkroom/contract/admin/endpoints";
import { type Replay, replaySchema } from "@darkroom/contract/endpoints";
import { Button, Checkbox, Progress, Select } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { callApi } from "../../api/call-api.ts";
import { useMay } from "../../api/session.ts";
import { formatCount, formatPercent, plural } from "../../format/numbers.ts";
import { formatExact } from "../../format/times.ts";
import { FormDialog } from "../../ui/form-dialog.tsx";
import { Mark } from "../../ui/mark.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { Ago } from "../../ui/time.tsx";
import styles from "./endpoint-page.module.css";

const tones = { running: "busy", finished: "good", canceled: "idle" } as const;

/** Sending again what happened in a range of time, and how far that is. */
export function ReplaysPanel({ endpoint }: { endpoint: AdminEndpoint }) {
  const mayAct = useMay("operator");
  const [isOpen, { open, close }] = useDisclosure();
  const query = useQuery({
    queryKey: ["endpoint", endpoint.id, "replays"],
    queryFn: ({ signal }) => callApi("listReplays", adminReplayListSchema, { params: { id: endpoint.id }, signal }),
    refetchInterval: ({ state }) => (state.data?.data.some(isGoing) ? 1_000 : false),
  });
  return (
    <Panel
      title="Replays"
      note="Sends again what happened in a range of time"
      actions={
        mayAct &&
        endpoint.kind === "registered" && (
          <Button size="compact-sm" variant="default" onClick={open}>
            Replay …
          </Button>
        )
      }
    >
      <Loaded query={query} rows={2}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="None so far" />
          ) : (
            <ul className={styles.replays}>
              {data.map((replay) => (
                <li key={replay.id}>
                  <ReplayItem replay={replay} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {isOpen && <StartReplay endpointId={endpoint.id} onClose={close} />}
    </Panel>
  );
}

function isGoing({ state, deliveries }: Replay): boolean {
  return state === "running" || deliveries.pending > 0;
}

function ReplayItem({ replay }: { replay: Replay }) {
  const { deliveries, created } = replay;
  const isRunning = replay.state === "running";
  return (
    <>
      <div className={styles.line}>
        <Mark tone={tones[replay.state]}>{replay.state}</Mark>
        <span>
          {plural(created, "delivery", "deliveries")}: {formatCount(deliveries.delivered)} delivered,{" "}
          {formatCount(deliveries.pending)} pending, {formatCount(deliveries.exhausted)} exhausted
        </span>
        {isRunning && <CancelReplay replay={replay} />}
      </div>
      {isRunning && (
        <Progress value={replay.progress * 100} size={5} mt={6} aria-label={`${formatPercent(replay.progress)} done`} />
      )}
      <p className={styles.quiet}>
        {replay.only_failed ? "What it has not got, " : "Everything "}from {formatExact(replay.since)} to{" "}
        {formatExact(replay.until)}; started <Ago at={replay.created_at} />
      </p>
    </>
  );
}

function CancelReplay({ replay }: { replay: Replay }) {
  const client = useQueryClient();
  const mayAct = useMay("operator");
  const cancel = useMutation({
    mutationFn: () => callApi("cancelReplay", replaySchema, { params: { id: replay.id } }),
    onSettled: () => client.invalidateQueries({ queryKey: ["endpoint", replay.endpoint_id, "replays"] }),
  });
  if (!mayAct) return null;
  return (
    <Button size="compact-xs" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
      Stop
    </Button>
  );
}

const ranges = [
  { value: "1", label: "Last hour" },
  { value: "6", label: "Last 6 hours" },
  { value: "24", label: "Last 24 hours" },
  { value: "72", label: "Last 3 days" },
  { value: "168", label: "Last 7 days" },
];
const hourMs = 3_600_000;

function StartReplay({ endpointId, onClose }: { endpointId: string; onClose: () => void }) {
  const client = useQueryClient();
  const [hours, setHours] = useState("24");
  const [onlyFailed, setOnlyFailed] = useState(true);
  const start = useMutation({
    mutationFn: () => {
      const since = new Date(Date.now() - Number(hours) * hourMs).toISOString();
      const body = { since, only_failed: onlyFailed };
      return callApi("startReplay", replaySchema, { params: { id: endpointId }, body });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["endpoint", endpointId, "replays"] });
      onClose();
    },
  });
  return (
    <FormDialog
      onClose={onClose}
      title="Replay deliveries"
      action="Replay"
      call={start}
      onSubmit={() => start.mutate()}
    >
      <Select
        label="What happened in"
        data={ranges}
        allowDeselect={false}
        value={hours}
        onChange={(value) => setHours(value ?? "24")}
      />
      <Checkbox
        label="Only what this endpoint has not got"
        description="Otherwise it gets again what it has: it must know an event by its id."
        checked={onlyFailed}
        onChange={(event) => setOnlyFailed(event.currentTarget.checked)}
      />
    </FormDialog>
  );
}
