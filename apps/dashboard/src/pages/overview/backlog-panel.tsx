import type { Backlog } from "@darkroom/contract/admin/overview";
import { formatBounded, formatCount } from "../../format/numbers.ts";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { Chip } from "../../ui/mark.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { TenantLink } from "../../ui/tenant-link.tsx";
import { Since } from "../../ui/time.tsx";

const columns: Column<Backlog>[] = [
  {
    key: "tenant",
    label: "Tenant",
    grow: true,
    cell: ({ tenant, paused }) => (
      <>
        <TenantLink tenant={tenant} /> {paused && <Chip tone="warn">paused</Chip>}
      </>
    ),
  },
  { key: "waiting", label: "Waiting", right: true, cell: ({ waiting }) => formatBounded(waiting) },
  { key: "oldest", label: "Oldest", right: true, cell: ({ oldest_at }) => <Since at={oldest_at} /> },
  {
    key: "in_flight",
    label: "At fal",
    right: true,
    cell: ({ in_flight, in_flight_max: max }) =>
      max === null ? formatCount(in_flight) : `${formatCount(in_flight)} of ${formatCount(max)}`,
  },
  { key: "weight", label: "Weight", right: true, cell: ({ weight }) => formatCount(weight) },
];

/** Who waits, and whether it is their own cap that holds them. */
export function BacklogPanel({ backlog }: { backlog: readonly Backlog[] }) {
  return (
    <Panel title="Backlog by tenant" note="Longest lines first, live" flush={backlog.length > 0}>
      {backlog.length === 0 ? (
        <Empty title="Nothing waits" />
      ) : (
        <DataTable live label="Backlog by tenant" columns={columns} rows={backlog} rowKey={({ tenant }) => tenant.id} />
      )}
    </Panel>
  );
}
