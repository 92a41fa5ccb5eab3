import { type AdminTenant, adminTenantListSchema } from "@darkroom/contract/admin/tenants";
import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { callApi } from "../../api/call-api.ts";
import { useMay } from "../../api/session.ts";
import { formatBounded, formatCount, formatUsdSum } from "../../format/numbers.ts";
import { type Column, DataTable, useGo } from "../../ui/data-table.tsx";
import { Chip, Mark } from "../../ui/mark.tsx";
import { More } from "../../ui/more.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { CreateTenantDialog } from "./create-tenant-dialog.tsx";

const columns: Column<AdminTenant>[] = [
  {
    key: "name",
    label: "Tenant",
    grow: true,
    cell: ({ id, name }) => (
      <Link to="/tenants/$id" params={{ id }}>
        {name}
      </Link>
    ),
  },
  {
    key: "state",
    label: "State",
    cell: ({ paused_at }) => (paused_at ? <Chip tone="warn">paused</Chip> : <Mark tone="good">open</Mark>),
  },
  { key: "waiting", label: "Waiting", right: true, cell: ({ waiting }) => formatBounded(waiting) },
  {
    key: "in_flight",
    label: "At fal",
    right: true,
    cell: ({ in_flight, in_flight_max: max }) => (max === null ? in_flight : `${in_flight} of ${formatCount(max)}`),
  },
  { key: "weight", label: "Weight", right: true, cell: ({ weight }) => formatCount(weight) },
  { key: "succeeded", label: "Succeeded, month", right: true, cell: ({ month }) => formatCount(month.succeeded) },
  { key: "failed", label: "Failed", right: true, cell: ({ month }) => formatCount(month.failed) },
  { key: "cost", label: "Cost, month", right: true, cell: ({ month }) => formatUsdSum(month.cost_usd) },
];

const refetchMs = 10_000;

export function TenantsPage() {
  const [text, setText] = useState("");
  const [q] = useDebouncedValue(text.trim(), 250);
  const [isOpen, { open, close }] = useDisclosure();
  const isAdmin = useMay("admin");
  const go = useGo();
  const query = useInfiniteQuery({
    queryKey: ["tenants", "list", q],
    queryFn: ({ pageParam, signal }) =>
      callApi("listTenants", adminTenantListSchema, { query: { q, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: refetchMs,
  });
  return (
    <Page
      title="Tenants"
      actions={
        <>
          <TextInput
            size="xs"
            data-page-search
            aria-label="Beginning of the name"
            placeholder="Beginning of the name"
            leftSection={<IconSearch size={14} />}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          {isAdmin && (
            <Button size="xs" leftSection={<IconPlus size={15} />} onClick={open}>
              New tenant
            </Button>
          )}
        </>
      }
    >
      <Panel flush>
        <Loaded query={query}>
          {({ pages }) => {
            const rows = pages.flatMap(({ data }) => data);
            if (rows.length === 0) return <Empty title={q ? "No tenant begins with that" : "There is no tenant yet"} />;
            return (
              <DataTable
                label="Tenants"
                columns={columns}
                rows={rows}
                rowKey={({ id }) => id}
                onRow={({ id }) => go(`/tenants/${id}`)}
              />
            );
          }}
        </Loaded>
        <More query={query} />
      </Panel>
      <CreateTenantDialog isOpen={isOpen} onClose={close} />
    </Page>
  );
}
