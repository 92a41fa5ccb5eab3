import type { QueueState } from "@darkroom/contract/admin/queue";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { Mark } from "../../ui/mark.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { Ago, Since } from "../../ui/time.tsx";

type Worker = QueueState["workers"][number];

const columns: Column<Worker>[] = [
  { key: "host", label: "Host", grow: true, cell: ({ host }) => host },
  {
    key: "alive",
    label: "State",
    cell: ({ alive }) => <Mark tone={alive ? "good" : "bad"}>{alive ? "alive" : "not heard of"}</Mark>,
  },
  { key: "pid", label: "Process", right: true, cell: ({ pid }) => pid },
  { key: "version", label: "Version", right: true, cell: ({ version }) => version },
  { key: "up", label: "Up", right: true, cell: ({ started_at }) => <Since at={started_at} /> },
  { key: "seen", label: "Seen", right: true, cell: ({ last_seen_at }) => <Ago at={last_seen_at} /> },
];

export function WorkersPanel({ workers }: { workers: readonly Worker[] }) {
  return (
    <Panel title="Workers" flush={workers.length > 0}>
      {workers.length === 0 ? (
        <Empty title="No worker was seen">Without one nothing goes to fal and nothing is stored.</Empty>
      ) : (
        <DataTable
          label="Workers"
          columns={columns}
          rows={workers}
          rowKey={({ id }) => id}
          isDim={({ alive }) => !alive}
        />
      )}
    </Panel>
  );
}
