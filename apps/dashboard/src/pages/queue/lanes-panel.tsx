import type { QueueState } from "@darkroom/contract/admin/queue";
import { shortenModel } from "../../format/ids.ts";
import { formatBounded } from "../../format/numbers.ts";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { JobId } from "../../ui/id.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { TenantLink } from "../../ui/tenant-link.tsx";
import { Since } from "../../ui/time.tsx";

type Lane = QueueState["lanes"][number];
/** The contract's bound. */
const lanesMax = 100;

const columns: Column<Lane>[] = [
  {
    key: "tenant",
    label: "Tenant",
    cell: ({ tenant }) => <TenantLink tenant={tenant} />,
  },
  { key: "model", label: "Model", grow: true, cell: ({ model }) => shortenModel(model) },
  { key: "waiting", label: "Waiting", right: true, cell: ({ waiting }) => formatBounded(waiting) },
  { key: "oldest", label: "Oldest", right: true, cell: ({ oldest_at }) => <Since at={oldest_at} /> },
  { key: "head", label: "Next to go", long: true, cell: ({ head_job_id: id }) => (id ? <JobId id={id} /> : "–") },
];

export function LanesPanel({ lanes }: { lanes: readonly Lane[] }) {
  const note = lanes.length >= lanesMax ? `The first ${lanesMax}` : "Each tenant has a line per model";
  return (
    <Panel title="Lanes" note={note} flush={lanes.length > 0}>
      {lanes.length === 0 ? (
        <Empty title="Nothing waits" />
      ) : (
        <DataTable
          live
          label="Lanes"
          columns={columns}
          rows={lanes}
          rowKey={({ tenant, model }) => `${tenant.id} ${model}`}
        />
      )}
    </Panel>
  );
}
