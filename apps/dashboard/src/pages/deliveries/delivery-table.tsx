import { type AdminDelivery, adminDeliveryListSchema } from "@darkroom/contract/admin/endpoints";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { callApi, type Query } from "../../api/call-api.ts";
import { formatCount } from "../../format/numbers.ts";
import { useNow } from "../../live/clock.ts";
import { type Column, DataTable, useGo } from "../../ui/data-table.tsx";
import { DeliveryState } from "../../ui/delivery-words.tsx";
import { JobId } from "../../ui/id.tsx";
import { More } from "../../ui/more.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
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
  { key: "tenant", label: "Tenant", cell: ({ tenant }) => tenant.name },
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

const refetchMs = 10_000;

type Props = { search: Query /** Of one endpoint: whose they are and where they go is known. */; ofOne?: boolean };

const told = new Set(["url", "tenant"]);
const columnsOfOne = columns
  .filter(({ key }) => !told.has(key))
  .map((column) => (column.key === "event" ? { ...column, grow: true } : column));

/** Deliveries that a search finds, newest first. */
export function DeliveryTable({ search, ofOne = false }: Props) {
  const go = useGo();
  const [isInUse, setInUse] = useState(false);
  const query = useInfiniteQuery({
    queryKey: ["deliveries", "list", search],
    queryFn: ({ pageParam, signal }) =>
      callApi("listDeliveries", adminDeliveryListSchema, { query: { ...search, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    // Newer ones would push the rows down: not under somebody's pointer.
    refetchInterval: isInUse ? false : refetchMs,
  });
  return (
    <div onPointerEnter={() => setInUse(true)} onPointerLeave={() => setInUse(false)}>
      <Loaded query={query}>
        {({ pages }) => {
          const rows = pages.flatMap(({ data }) => data);
          if (rows.length === 0) return <Empty title="No deliveries match" />;
          return (
            <DataTable
              label="Deliveries"
              columns={ofOne ? columnsOfOne : columns}
              rows={rows}
              rowKey={({ id }) => id}
              onRow={({ id }) => go(`/deliveries/${id}`)}
            />
          );
        }}
      </Loaded>
      <More query={query} />
    </div>
  );
}
