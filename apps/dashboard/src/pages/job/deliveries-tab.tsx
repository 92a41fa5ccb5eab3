import type { AdminJobDetail } from "@darkroom/contract/admin/job-detail";
import { Link } from "@tanstack/react-router";
import { formatCount } from "../../format/numbers.ts";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { DeliveryState } from "../../ui/delivery-words.tsx";
import { Empty } from "../../ui/states.tsx";
import { Ago } from "../../ui/time.tsx";

type Row = AdminJobDetail["deliveries"][number];

const columns: Column<Row>[] = [
  {
    key: "event",
    label: "Event",
    cell: ({ id, event_type }) => (
      <Link to="/deliveries/$id" params={{ id }}>
        {event_type}
      </Link>
    ),
  },
  { key: "url", label: "To", grow: true, cell: ({ url }) => url },
  { key: "state", label: "State", cell: (row) => <DeliveryState delivery={row} /> },
  { key: "attempts", label: "Attempts", right: true, cell: ({ attempts }) => formatCount(attempts) },
  { key: "created", label: "Created", right: true, cell: ({ created_at }) => <Ago at={created_at} /> },
];

export function DeliveriesTab({ detail }: { detail: AdminJobDetail }) {
  const { deliveries } = detail;
  if (deliveries.length === 0)
    return <Empty title="Nothing was delivered about this job">No endpoint of the tenant wants its events.</Empty>;
  return <DataTable label="Deliveries" columns={columns} rows={deliveries} rowKey={({ id }) => id} />;
}
