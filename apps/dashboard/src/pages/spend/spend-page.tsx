import { type SpendReport, spendReportSchema } from "@darkroom/contract/admin/spend";
import { SegmentedControl } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { callApi } from "../../api/call-api.ts";
import { shortenModel } from "../../format/ids.ts";
import { formatCount, formatUsd, formatUsdSum } from "../../format/numbers.ts";
import { TenantPicker } from "../../pickers/tenant-picker.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { TenantLink } from "../../ui/tenant-link.tsx";
import { Tile, Tiles } from "../../ui/tile.tsx";
import { SpendChart } from "./spend-chart.tsx";
import styles from "./spend-page.module.css";

const route = getRouteApi("/spend");
const dayMs = 86_400_000;

function daysBefore(days: number): string {
  return new Date(Date.now() - days * dayMs).toISOString().slice(0, 10);
}

export function SpendPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const setSearch = (change: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const query = useQuery({
    queryKey: ["spend", search],
    queryFn: ({ signal }) => callApi("readSpend", spendReportSchema, { query: search, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });
  const chosen =
    ["6", "29", "89"].find((days) => search.from === daysBefore(Number(days))) ?? (search.from ? "" : "29");
  return (
    <Page
      title="Spend"
      note="Days are UTC; sums are some seconds behind at most"
      actions={
        <>
          <TenantPicker value={search.tenant_id} onChange={(tenant_id) => setSearch({ tenant_id })} />
          <SegmentedControl
            size="xs"
            aria-label="Range"
            value={chosen}
            onChange={(days) => setSearch({ from: daysBefore(Number(days)), to: undefined })}
            data={[
              { value: "6", label: "7 d" },
              { value: "29", label: "30 d" },
              { value: "89", label: "90 d" },
            ]}
          />
        </>
      }
    >
      <Loaded query={query} rows={10}>
        {(report) => <Report report={report} />}
      </Loaded>
    </Page>
  );
}

function Report({ report }: { report: SpendReport }) {
  const { total } = report;
  const ended = total.succeeded + total.failed + total.canceled;
  return (
    <>
      <Tiles>
        <Tile label="Settled" value={formatUsdSum(total.settled_usd)} note="what ended jobs cost" />
        <Tile label="Reserved" value={formatUsdSum(total.reserved_usd)} note="at most, when accepted" />
        <Tile label="Released" value={formatUsdSum(total.released_usd)} note="reserved and not spent" />
        <Tile label="Open now" value={formatUsdSum(report.open_usd)} note="of jobs that are not final" />
        <Tile label="Ended" value={formatCount(ended)} unit="jobs" />
        <Tile
          label="Per succeeded job"
          value={total.succeeded === 0 ? "–" : formatUsd(total.settled_usd / total.succeeded)}
          note="failed ones included"
        />
      </Tiles>
      <Panel title="By day" note="Settled against reserved">
        <SpendChart days={report.by_day} />
      </Panel>
      <div className={styles.pair}>
        <SumsPanel
          title="By model"
          rows={report.by_model.map((row) => ({ ...row, key: row.model }))}
          nameOf={modelName}
        />
        <SumsPanel
          title="By tenant"
          note={report.by_tenant.length >= tenantsMax ? `The ${tenantsMax} dearest` : undefined}
          rows={report.by_tenant.map((row) => ({ ...row, key: row.tenant_id }))}
          nameOf={tenantName}
        />
      </div>
    </>
  );
}

/** The contract's bound. */
const tenantsMax = 100;

type Sums = { key: string; name?: string; succeeded: number; failed: number; canceled: number; settled_usd: number };

function modelName({ key }: Sums) {
  return (
    <Link to="/jobs" search={{ model: key }}>
      {shortenModel(key)}
    </Link>
  );
}

function tenantName({ key, name = key }: Sums) {
  return <TenantLink tenant={{ id: key, name }} />;
}

type SumsProps = { title: string; note?: string; rows: Sums[]; nameOf: (row: Sums) => React.ReactNode };

function SumsPanel({ title, note, rows, nameOf }: SumsProps) {
  const columns: Column<Sums>[] = [
    {
      key: "name",
      label: title.replace("By ", "").replace(/^./, (first) => first.toUpperCase()),
      grow: true,
      cell: nameOf,
    },
    { key: "succeeded", label: "Succeeded", right: true, cell: ({ succeeded }) => formatCount(succeeded) },
    { key: "failed", label: "Failed", right: true, cell: ({ failed }) => formatCount(failed) },
    { key: "canceled", label: "Canceled", right: true, cell: ({ canceled }) => formatCount(canceled) },
    { key: "settled", label: "Settled", right: true, cell: ({ settled_usd }) => formatUsdSum(settled_usd) },
  ];
  return (
    <Panel title={title} note={note} flush={rows.length > 0}>
      {rows.length === 0 ? (
        <Empty title="No job ended in these days" />
      ) : (
        <DataTable label={title} columns={columns} rows={rows} rowKey={({ key }) => key} />
      )}
    </Panel>
  );
}
