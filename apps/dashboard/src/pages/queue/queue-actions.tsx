import { dispatchPausedSchema, type QueueState, queueRebuiltSchema } from "@darkroom/contract/admin/queue";
import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconExternalLink } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { callApi } from "../../api/call-api.ts";
import { plural } from "../../format/numbers.ts";
import { formatDuration } from "../../format/times.ts";
import { Confirm } from "../../ui/confirm.tsx";

export function QueueActions({ queue }: { queue: QueueState }) {
  return (
    <>
      {queue.bull_board && (
        <Button
          component="a"
          href="/admin/queues"
          target="_blank"
          rel="noreferrer"
          variant="default"
          size="xs"
          rightSection={<IconExternalLink size={14} />}
        >
          bull-board
        </Button>
      )}
      <Rebuild />
      <PauseOrResume isPaused={queue.now.dispatch_paused_at !== null} />
    </>
  );
}

function Rebuild() {
  const client = useQueryClient();
  const rebuild = async () => {
    const { rung, ended, ms } = await callApi("rebuildQueue", queueRebuiltSchema);
    const messages = Object.values(rung).reduce((sum, count) => sum + count, 0);
    const endedToo = ended > 0 ? ` ${plural(ended, "job")} past the deadline ended.` : "";
    notifications.show({
      title: "Queue rebuilt",
      message: `${plural(messages, "message")} sent in ${formatDuration(ms)}.${endedToo}`,
    });
    await client.invalidateQueries({ queryKey: ["queue"] });
  };
  return (
    <Confirm
      title="Rebuild the queue from Postgres?"
      action="Rebuild"
      onConfirm={rebuild}
      trigger={(open) => (
        <Button variant="default" size="xs" onClick={open}>
          Rebuild
        </Button>
      )}
    >
      Rings again for everything that is due. Nothing is lost or done twice by it; it is what the sweep does all the
      time, at once.
    </Confirm>
  );
}

function PauseOrResume({ isPaused }: { isPaused: boolean }) {
  const client = useQueryClient();
  const act = async () => {
    await callApi(isPaused ? "resumeDispatch" : "pauseDispatch", dispatchPausedSchema);
    await client.invalidateQueries({ queryKey: ["queue"] });
  };
  return (
    <Confirm
      title={isPaused ? "Resume dispatch?" : "Pause dispatch?"}
      action={isPaused ? "Resume" : "Pause"}
      danger={!isPaused}
      onConfirm={act}
      trigger={(open) => (
        <Button size="xs" variant={isPaused ? "filled" : "default"} onClick={open}>
          {isPaused ? "Resume dispatch" : "Pause dispatch"}
        </Button>
      )}
    >
      {isPaused
        ? "Waiting jobs go to fal again, in their order."
        : "No job of any tenant goes to fal until you resume. Jobs are still accepted; those at fal go on, and their pictures are stored."}
    </Confirm>
  );
}
