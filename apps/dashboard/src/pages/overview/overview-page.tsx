import type { Overview, StatsRange } from "@darkroom/contract/admin/overview";
import { overviewSchema } from "@darkroom/contract/admin/overview";
import { SegmentedControl } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { callApi } from "../../api/call-api.ts";
import { useLiveNow } from "../../live/live-store.ts";
import { TenantPicker, useTenantName } from "../../pickers/tenant-picker.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Page } from "../../ui/page.tsx";
import { Loaded } from "../../ui/states.tsx";
import { BacklogPanel } from "./backlog-panel.tsx";
import { CircuitsPanel } from "./circuits-panel.tsx";
import { DoubtsPanel } from "./doubts-panel.tsx";
import { FailuresPanel } from "./failures-panel.tsx";
import { HealthPanel } from "./health-panel.tsx";
import { SlotsPanel, ThroughputPanel } from "./lazy-panels.tsx";
import { ModelsPanel } from "./models-panel.tsx";
import styles from "./overview-page.module.css";
import { NowTiles, RangeTiles } from "./overview-tiles.tsx";
import { PhasesPanel } from "./phases-panel.tsx";

const route = getRouteApi("/");
/** The present comes over the stream; sums move slower. */
const refetchMs = 10_000;

export function OverviewPage() {
  const { range = "1h", tenant_id } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery({
    queryKey: ["overview", range, tenant_id],
    queryFn: ({ signal }) => callApi("readOverview", overviewSchema, { query: { range, tenant_id }, signal }),
    refetchInterval: refetchMs,
    placeholderData: keepPreviousData,
  });
  const setSearch = (search: { range?: StatsRange; tenant_id?: string }) =>
    void navigate({ search: (before) => ({ ...before, ...search }), replace: true });
  return (
    <Page
      title="Overview"
      actions={
        <>
          <TenantPicker value={tenant_id} onChange={(id) => setSearch({ tenant_id: id })} />
          <SegmentedControl
            size="xs"
            aria-label="Range"
            value={range}
            onChange={(value) => setSearch({ range: value as StatsRange })}
            data={[
              { value: "1h", label: "1 h" },
              { value: "24h", label: "24 h" },
              { value: "7d", label: "7 d" },
            ]}
          />
        </>
      }
    >
      <Loaded query={query} rows={12}>
        {(overview) => (tenant_id ? <OfTenant overview={overview} id={tenant_id} /> : <Content overview={overview} />)}
      </Loaded>
    </Page>
  );
}

/** The sums that are kept per tenant. Health, slots and spend are of the whole installation, and would mislead here. */
function OfTenant({ overview, id }: { overview: Overview; id: string }) {
  const name = useTenantName(id) ?? "one tenant";
  return (
    <>
      <Notice tone="info">
        Only jobs of {name}.{" "}
        <Link to="/tenants/$id" params={{ id }}>
          Limits, keys and budgets
        </Link>
        ,{" "}
        <Link to="/jobs" search={{ tenant_id: id, status: ["failed"], created_after: overview.from }}>
          failed jobs
        </Link>
        .
      </Notice>
      <RangeTiles overview={overview} />
      <div className={styles.wide}>
        <ThroughputPanel overview={overview} />
        <PhasesPanel phases={overview.phases} range={overview.range} />
      </div>
      <div className={styles.even}>
        <FailuresPanel overview={overview} tenantId={id} />
        <ModelsPanel models={overview.by_model} tenantId={id} />
      </div>
    </>
  );
}

function Content({ overview }: { overview: Overview }) {
  const now = useLiveNow() ?? overview.now;
  return (
    <>
      <HealthPanel health={overview.health} />
      <NowTiles now={now} spend={overview.spend} />
      <RangeTiles overview={overview} />
      <div className={styles.wide}>
        <ThroughputPanel overview={overview} />
        <PhasesPanel phases={overview.phases} range={overview.range} />
      </div>
      <div className={styles.wide}>
        <FailuresPanel overview={overview} />
        <SlotsPanel overview={overview} slots={now.slots} />
      </div>
      <div className={styles.wide}>
        <BacklogPanel backlog={now.backlog} />
        <CircuitsPanel circuits={now.circuits} />
      </div>
      <div className={styles.wide}>
        <ModelsPanel models={overview.by_model} now={now} />
        <DoubtsPanel doubts={overview.doubts} />
      </div>
    </>
  );
}
