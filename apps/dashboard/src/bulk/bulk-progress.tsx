import type { Bulk } from "@darkroom/contract/admin/bulk";
import { ActionIcon, Button, Progress } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useMay } from "../api/session.ts";
import { formatCount, formatPercent } from "../format/numbers.ts";
import { Notice } from "../ui/notice.tsx";
import { Ago } from "../ui/time.tsx";
import styles from "./bulk-progress.module.css";
import { actionWords, bulkSentence } from "./bulk-words.ts";
import { useStopBulk } from "./use-bulk.ts";

/** How far a bulk operation is, and a way to stop it. */
export function BulkProgress({ bulk, onHide }: { bulk: Bulk; onHide?: () => void }) {
  const stop = useStopBulk();
  const mayAct = useMay("operator");
  const isRunning = bulk.state === "running";
  const percent = Math.round(bulk.progress * 1_000) / 10;
  return (
    <section className={styles.box} aria-label={`${actionWords[bulk.action].verb} in bulk`}>
      <div className={styles.line}>
        <strong>{heading(bulk)}</strong>
        <span className={styles.quiet}>
          {bulkSentence(bulk)}. Looked at {formatCount(bulk.searched)}; started <Ago at={bulk.created_at} /> by{" "}
          {bulk.created_by}
        </span>
        <span className={styles.actions}>
          {isRunning && mayAct && (
            <Button
              size="compact-sm"
              variant="default"
              disabled={bulk.stop_requested_at !== null}
              loading={stop.isPending}
              onClick={() => stop.mutate(bulk.id)}
            >
              {bulk.stop_requested_at ? "Stopping" : "Stop"}
            </Button>
          )}
          {!isRunning && onHide && (
            <ActionIcon variant="subtle" color="gray" onClick={onHide} aria-label="Hide">
              <IconX size={15} />
            </ActionIcon>
          )}
        </span>
      </div>
      {isRunning && <Progress value={percent} size={5} aria-label={`About ${formatPercent(bulk.progress)}`} animated />}
      {stop.error && <Notice error={stop.error} />}
    </section>
  );
}

function heading({ action, state }: Bulk): string {
  if (state === "running") return actionWords[action].doing;
  return state === "stopped" ? "Stopped" : "Done";
}
