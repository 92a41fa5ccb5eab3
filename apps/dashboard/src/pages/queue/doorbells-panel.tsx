import type { QueueState } from "@darkroom/contract/admin/queue";
import { formatBounded, formatCount } from "../../format/numbers.ts";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { Mark } from "../../ui/mark.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Ago, Since } from "../../ui/time.tsx";

type Doorbell = QueueState["doorbells"][number];

const columns: Column<Doorbell>[] = [
  { key: "kind", label: "Message", grow: true, cell: ({ kind }) => <span className="mono">{kind}</span> },
  {
    key: "state",
    label: "State",
    cell: ({ waiting, overdue }) => {
      if (waiting === null) return <Mark tone="bad">not reachable</Mark>;
      return overdue && overdue.count > 0 ? <Mark tone="warn">behind</Mark> : <Mark tone="good">in time</Mark>;
    },
  },
  {
    key: "waiting",
    label: "Messages",
    right: true,
    cell: ({ waiting }) => (waiting === null ? "–" : formatCount(waiting)),
  },
  {
    key: "overdue",
    label: "Overdue rows",
    right: true,
    cell: ({ overdue }) => (overdue ? formatBounded(overdue) : "–"),
  },
  { key: "due", label: "Oldest", right: true, cell: ({ oldest_due_at }) => <Since at={oldest_due_at} /> },
  {
    key: "consumed",
    label: "Last taken",
    right: true,
    cell: ({ last_consumed_at }) => <Ago at={last_consumed_at} empty="never" />,
  },
];

export function DoorbellsPanel({ queue }: { queue: QueueState }) {
  return (
    <Panel title="Doorbell" note="Messages that ring for rows; a row that is due and did not ring is overdue" flush>
      <DataTable label="Doorbell" columns={columns} rows={queue.doorbells} rowKey={({ kind }) => kind} />
    </Panel>
  );
}
