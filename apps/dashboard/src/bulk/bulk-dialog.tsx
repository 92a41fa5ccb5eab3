import { type Bulk, bulkCountSchema, bulkSchema } from "@darkroom/contract/admin/bulk";
import type { JobFilterInput } from "@darkroom/contract/admin/jobs";
import { Button, Group, Modal, NumberInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { z } from "zod";
import { callApi } from "../api/call-api.ts";
import { formatBounded, formatCount, formatUsd } from "../format/numbers.ts";
import { JobId } from "../ui/id.tsx";
import { Notice } from "../ui/notice.tsx";
import { Loaded } from "../ui/states.tsx";
import styles from "./bulk-dialog.module.css";
import { BulkProgress } from "./bulk-progress.tsx";
import { actionWords } from "./bulk-words.ts";
import { putBulk, useBulks } from "./use-bulk.ts";

export type BulkTarget = { action: "cancel" | "retry"; filter: JobFilterInput; jobIds?: string[] };
type Count = z.infer<typeof bulkCountSchema>;

const perSecondDefault = 50;

/** Counts first, changes nothing; then asks; then shows how it goes, with a way to stop. */
export function BulkDialog({ target, onClose }: { target: BulkTarget; onClose: (started: boolean) => void }) {
  const { verb } = actionWords[target.action];
  const [startedId, setStartedId] = useState<string>();
  const body = { action: target.action, filter: target.filter, job_ids: target.jobIds };
  const count = useQuery({
    queryKey: ["bulk", "count", body],
    queryFn: ({ signal }) => callApi("countBulk", bulkCountSchema, { body, signal }),
    gcTime: 0,
    staleTime: 0,
  });
  return (
    <Modal opened onClose={() => onClose(startedId !== undefined)} title={`${verb} jobs`} size="lg">
      {startedId ? (
        <Started id={startedId} onClose={() => onClose(true)} />
      ) : (
        <Loaded query={count} rows={3}>
          {(counted) => (
            <Ask target={target} body={body} count={counted} onStarted={setStartedId} onClose={() => onClose(false)} />
          )}
        </Loaded>
      )}
    </Modal>
  );
}

type AskProps = {
  target: BulkTarget;
  body: object;
  count: Count;
  onStarted: (id: string) => void;
  onClose: () => void;
};

function Ask({ target, body, count, onStarted, onClose }: AskProps) {
  const client = useQueryClient();
  const [perSecond, setPerSecond] = useState<number>(perSecondDefault);
  const start = useMutation({
    mutationFn: (): Promise<Bulk> => callApi("startBulk", bulkSchema, { body: { ...body, per_second: perSecond } }),
    onSuccess: (bulk) => {
      putBulk(client, bulk);
      onStarted(bulk.id);
    },
  });
  const isNone = count.matched.count === 0 && count.complete;
  return (
    <>
      <CountSentence target={target} count={count} />
      {!isNone && (
        <NumberInput
          label="Jobs per second"
          description="Slower lets dispatch and the database breathe."
          min={1}
          max={200}
          value={perSecond}
          onChange={(value) => setPerSecond(typeof value === "number" ? value : perSecondDefault)}
          w={220}
          mt="md"
        />
      )}
      {start.error && <Notice error={start.error} />}
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" onClick={onClose}>
          Not now
        </Button>
        <Button
          color={target.action === "cancel" ? "red" : undefined}
          disabled={isNone}
          loading={start.isPending}
          onClick={() => start.mutate()}
        >
          {actionWords[target.action].verb} {bounded(count)} jobs
        </Button>
      </Group>
    </>
  );
}

function bounded({ matched, complete }: Count): string {
  return formatBounded({ count: matched.count, capped: matched.capped || !complete });
}

function CountSentence({ target, count }: { target: BulkTarget; count: Count }) {
  const { past } = actionWords[target.action];
  const isRetry = target.action === "retry";
  return (
    <div className={styles.said}>
      <p className={styles.number}>
        {bounded(count)} <span>jobs would be {past}</span>
      </p>
      <p>
        {isRetry
          ? "Only failed and canceled jobs that are not deleted are meant."
          : "Only jobs that are queued or processing are meant. fal may still charge for those it already has."}
      </p>
      {!count.complete && (
        <p>
          The newest {formatCount(count.searched)} jobs were counted. All that match are meant, also those further back.
        </p>
      )}
      {isRetry && count.reserve_usd > 0 && (
        <p>
          The counted ones reserve {formatUsd(count.reserve_usd)} again, at most: another try at fal is paid for again.
        </p>
      )}
      {count.sample_ids.length > 0 && (
        <p className={styles.sample}>
          For example{" "}
          {count.sample_ids.map((id) => (
            <JobId key={id} id={id} />
          ))}
        </p>
      )}
    </div>
  );
}

function Started({ id, onClose }: { id: string; onClose: () => void }) {
  const bulk = useBulks().data?.data.find((one) => one.id === id);
  return (
    <>
      {bulk && <BulkProgress bulk={bulk} />}
      <Group justify="space-between" mt="lg">
        <span className={styles.note}>It goes on when this is closed; the jobs page shows it.</span>
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
      </Group>
    </>
  );
}
