import type { Backlog, Now } from "@darkroom/contract/admin/overview";
import { Link } from "@tanstack/react-router";
import { formatBounded, formatCount } from "../../format/numbers.ts";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { Chip } from "../../ui/mark.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { Since } from "../../ui/time.tsx";

const columns: Column<Backlog>[] = [
  {
    key: "tenant",
    label: "Tenant",
    grow: true,
    cell: ({ tenant, paused }) => (
      <>
        <Link to="/tenants/$id" params={{ id: tenant.id }}>
          {tenant.name}
        </Link>{" "}
        {paused && <Chip tone="warn">paused</Chip>}
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
export function BacklogPanel({ now }: { now: Pick<Now, "backlog" | "waiting"> }) {
  return (
    <Panel title="Backlog by tenant" note="Longest lines first, live" flush={now.backlog.length > 0}>
      {now.backlog.length === 0 ? (
        <Empty title="Nothing waits" />
      ) : (
        <DataTable label="Backlog by tenant" columns={columns} rows={now.backlog} rowKey={({ tenant }) => tenant.id} />
      )}
    </Panel>
  );
}
