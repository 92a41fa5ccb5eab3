import { type AdminEndpoint, adminEndpointListSchema } from "@darkroom/contract/admin/endpoints";
import { Select } from "@mantine/core";
import { getRouteApi, Link } from "@tanstack/react-router";
import { usePages } from "../../api/use-pages.ts";
import { formatBounded, formatPercent } from "../../format/numbers.ts";
import { formatDuration } from "../../format/times.ts";
import { TenantPicker } from "../../pickers/tenant-picker.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { EndpointState } from "../../ui/endpoint-words.tsx";
import { Page } from "../../ui/page.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { TenantLink } from "../../ui/tenant-link.tsx";
import { Since } from "../../ui/time.tsx";

const route = getRouteApi("/endpoints");
const refetchMs = 10_000;

const columns: Column<AdminEndpoint>[] = [
  {
    key: "url",
    label: "Endpoint",
    grow: true,
    cell: ({ id, url }) => (
      <Link to="/endpoints/$id" params={{ id }}>
        {url}
      </Link>
    ),
  },
  { key: "tenant", label: "Tenant", cell: ({ tenant }) => <TenantLink tenant={tenant} /> },
  { key: "kind", label: "Kind", cell: ({ kind }) => (kind === "registered" ? "registered" : "webhook_url of jobs") },
  { key: "state", label: "State", cell: (endpoint) => <EndpointState endpoint={endpoint} /> },
  { key: "recent", label: "Delivered, last 200", right: true, cell: ({ recent }) => deliveredShare(recent) },
  {
    key: "p95",
    label: "p95",
    right: true,
    cell: ({ recent }) => (recent.p95_ms === null ? "–" : formatDuration(recent.p95_ms)),
  },
  { key: "pending", label: "Pending", right: true, cell: ({ pending }) => formatBounded(pending) },
  { key: "oldest", label: "Oldest", right: true, cell: ({ oldest_pending_at: at }) => <Since at={at} /> },
];

function deliveredShare({ delivered, exhausted }: AdminEndpoint["recent"]): string {
  const ended = delivered + exhausted;
  return ended === 0 ? "–" : `${formatPercent(delivered / ended)} of ${ended}`;
}

export function EndpointsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const setSearch = (change: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const query = usePages({
    ...{ route: "listEndpoints", schema: adminEndpointListSchema, key: ["endpoints", "list"], refetchMs },
    search,
  });
  return (
    <Page
      title="Endpoints"
      note="Where tenants want to be told what became of their jobs"
      actions={
        <>
          <TenantPicker value={search.tenant_id} onChange={(tenant_id) => setSearch({ tenant_id })} />
          <Select
            size="xs"
            aria-label="State"
            placeholder="Any state"
            data={["enabled", "paused", "disabled"]}
            value={search.state ?? null}
            onChange={(state) => setSearch({ state: (state as typeof search.state) ?? undefined })}
            clearable
            w={130}
          />
        </>
      }
    >
      <Panel flush>
        <PagedTable
          label="Endpoints"
          query={query}
          columns={columns}
          pathOf={({ id }) => `/endpoints/${id}`}
          empty={<Empty title="No endpoint">Tenants make them with POST /v1/endpoints.</Empty>}
        />
      </Panel>
    </Page>
  );
}
