import { type AdminTenant, adminTenantListSchema } from "@darkroom/contract/admin/tenants";
import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useMay } from "../../api/session.ts";
import { usePages } from "../../api/use-pages.ts";
import { formatBounded, formatCount, formatUsdSum } from "../../format/numbers.ts";
import type { Column } from "../../ui/data-table.tsx";
import { Chip, Mark } from "../../ui/mark.tsx";
import { Page } from "../../ui/page.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { TenantLink } from "../../ui/tenant-link.tsx";
import { CreateTenantDialog } from "./create-tenant-dialog.tsx";

const columns: Column<AdminTenant>[] = [
  {
    key: "name",
    label: "Tenant",
    grow: true,
    cell: (tenant) => <TenantLink tenant={tenant} />,
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
  const query = usePages({
    ...{ route: "listTenants", schema: adminTenantListSchema, key: ["tenants", "list"], refetchMs },
    search: { q, limit: 50 },
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
        <PagedTable
          label="Tenants"
          query={query}
          columns={columns}
          pathOf={({ id }) => `/tenants/${id}`}
          empty={<Empty title={q ? "No tenant begins with that" : "There is no tenant yet"} />}
        />
      </Panel>
      <CreateTenantDialog isOpen={isOpen} onClose={close} />
    </Page>
  );
}
