import { type QueueState, queueStateSchema } from "@darkroom/contract/admin/queue";
import { useQuery } from "@tanstack/react-query";
import { callApi } from "../../api/call-api.ts";
import { useMay } from "../../api/session.ts";
import { useLiveNow } from "../../live/live-store.ts";
import { Page } from "../../ui/page.tsx";
import { Loaded } from "../../ui/states.tsx";
import { BacklogPanel } from "../overview/backlog-panel.tsx";
import { DispatchPanel } from "./dispatch-panel.tsx";
import { DoorbellsPanel } from "./doorbells-panel.tsx";
import { DoubleChargesPanel } from "./double-charges-panel.tsx";
import { LanesPanel } from "./lanes-panel.tsx";
import { QueueActions } from "./queue-actions.tsx";
import { QueueCircuits } from "./queue-circuits.tsx";
import styles from "./queue-page.module.css";
import { WorkersPanel } from "./workers-panel.tsx";

const refetchMs = 3_000;

export function useQueue() {
  return useQuery({
    queryKey: ["queue"],
    queryFn: ({ signal }) => callApi("readQueue", queueStateSchema, { signal }),
    refetchInterval: refetchMs,
  });
}

export function QueuePage() {
  const query = useQueue();
  const mayAct = useMay("operator");
  return (
    <Page
      title="Queue"
      note="The queue is only a doorbell: what is due stands in Postgres."
      actions={mayAct && query.data && <QueueActions queue={query.data} />}
    >
      <Loaded query={query} rows={10}>
        {(queue) => <Content queue={queue} />}
      </Loaded>
    </Page>
  );
}

function Content({ queue }: { queue: QueueState }) {
  const now = useLiveNow() ?? queue.now;
  return (
    <>
      <DispatchPanel queue={queue} now={now} />
      <div className={styles.pair}>
        <DoorbellsPanel queue={queue} />
        <QueueCircuits circuits={now.circuits} />
      </div>
      <LanesPanel lanes={queue.lanes} />
      <div className={styles.pair}>
        <BacklogPanel backlog={now.backlog} />
        <DoubleChargesPanel />
      </div>
      <WorkersPanel workers={queue.workers} />
    </>
  );
}
