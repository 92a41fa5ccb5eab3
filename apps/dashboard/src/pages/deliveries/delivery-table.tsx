import { type AdminDelivery, adminDeliveryListSchema } from "@darkroom/contract/admin/endpoints";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Query } from "../../api/call-api.ts";
import { usePages } from "../../api/use-pages.ts";
import { formatCount } from "../../format/numbers.ts";
import { useNow } from "../../live/clock.ts";
import type { Column } from "../../ui/data-table.tsx";
import { DeliveryState } from "../../ui/delivery-words.tsx";
import { JobId } from "../../ui/id.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { Empty } from "../../ui/states.tsx";
import { TenantLink } from "../../ui/tenant-link.tsx";
import { Ago, Due } from "../../ui/time.tsx";

const columns: Column<AdminDelivery>[] = [
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
  { key: "tenant", label: "Tenant", cell: ({ tenant }) => <TenantLink tenant={tenant} /> },
  { key: "job", label: "Job", cell: ({ job_id: id }) => (id ? <JobId id={id} /> : "–") },
  { key: "state", label: "State", cell: (delivery) => <DeliveryState delivery={delivery} /> },
  { key: "attempts", label: "Attempts", right: true, cell: ({ attempts }) => formatCount(attempts) },
  {
    key: "next",
    label: "Next attempt",
    right: true,
    cell: (delivery) => (delivery.state === "pending" ? <Next delivery={delivery} /> : "–"),
  },
  { key: "created", label: "Created", right: true, cell: ({ created_at }) => <Ago at={created_at} /> },
];

function Next({ delivery: { next_attempt_at: at, held_until: held } }: { delivery: AdminDelivery }) {
  const now = useNow();
  const isHeld = at && held && Date.parse(held) > Math.max(now, Date.parse(at));
  if (!isHeld) return <Due at={at} />;
  return <span title="Its endpoint fails, and is tried with one delivery at a time">endpoint held</span>;
}

const refetchEveryMs = 10_000;

type Props = { search: Query /** Of one endpoint: whose they are and where they go is known. */; ofOne?: boolean };

const told = new Set(["url", "tenant"]);
const columnsOfOne = columns
  .filter(({ key }) => !told.has(key))
  .map((column) => (column.key === "event" ? { ...column, grow: true } : column));

/** Deliveries that a search finds, newest first. */
export function DeliveryTable({ search, ofOne = false }: Props) {
  const [isInUse, setInUse] = useState(false);
  const query = usePages({
    ...{ route: "listDeliveries", schema: adminDeliveryListSchema, key: ["deliveries", "list"], search },
    // Newer ones would push the rows down: not under somebody's pointer.
    refetchMs: isInUse ? false : refetchEveryMs,
  });
  return (
    <div onPointerEnter={() => setInUse(true)} onPointerLeave={() => setInUse(false)}>
      <PagedTable
        label="Deliveries"
        query={query}
        columns={ofOne ? columnsOfOne : columns}
        pathOf={({ id }) => `/deliveries/${id}`}
        empty={<Empty title={query.hasNextPage ? "None among the newest 10,000" : "No deliveries match"} />}
      />
    </div>
  );
}
