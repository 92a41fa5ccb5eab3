import { type AdminEndpoint, adminEndpointListSchema } from "@darkroom/contract/admin/endpoints";
import { Select } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { callApi } from "../../api/call-api.ts";
import { formatBounded, formatPercent } from "../../format/numbers.ts";
import { formatDuration } from "../../format/times.ts";
import { TenantPicker } from "../../pickers/tenant-picker.tsx";
import { type Column, DataTable, useGo } from "../../ui/data-table.tsx";
import { EndpointState } from "../../ui/endpoint-words.tsx";
import { More } from "../../ui/more.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
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
  { key: "tenant", label: "Tenant", cell: ({ tenant }) => tenant.name },
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
  const go = useGo();
  const setSearch = (change: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const query = useInfiniteQuery({
    queryKey: ["endpoints", "list", search],
    queryFn: ({ pageParam, signal }) =>
      callApi("listEndpoints", adminEndpointListSchema, { query: { ...search, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: refetchMs,
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
        <Loaded query={query}>
          {({ pages }) => {
            const rows = pages.flatMap(({ data }) => data);
            if (rows.length === 0) return <Empty title="No endpoint">Tenants make them with POST /v1/endpoints.</Empty>;
            return (
              <DataTable
                label="Endpoints"
                columns={columns}
                rows={rows}
                rowKey={({ id }) => id}
                onRow={({ id }) => go(`/endpoints/${id}`)}
              />
            );
          }}
        </Loaded>
        <More query={query} />
      </Panel>
    </Page>
  );
}
