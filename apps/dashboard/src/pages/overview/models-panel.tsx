import type { Now, Overview } from "@darkroom/contract/admin/overview";
import { Link } from "@tanstack/react-router";
import { shortenModel } from "../../format/ids.ts";
import { formatCount, formatPercent, formatUsdSum } from "../../format/numbers.ts";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty } from "../../ui/states.tsx";

type Row = Overview["by_model"][number] & { inFlight: string; tenantId: string | undefined };

const columns: Column<Row>[] = [
  {
    key: "model",
    label: "Model",
    grow: true,
    cell: ({ model, tenantId }) => (
      <Link to="/jobs" search={{ model, tenant_id: tenantId }}>
        {shortenModel(model)}
      </Link>
    ),
  },
  { key: "now", label: "At fal now", right: true, cell: ({ inFlight }) => inFlight },
  { key: "succeeded", label: "Succeeded", right: true, cell: ({ succeeded }) => formatCount(succeeded) },
  { key: "failed", label: "Failed", right: true, cell: ({ failed }) => formatCount(failed) },
  {
    key: "rate",
    label: "Success",
    right: true,
    cell: ({ succeeded, failed }) => (succeeded + failed === 0 ? "–" : formatPercent(succeeded / (succeeded + failed))),
  },
  { key: "cost", label: "Cost", right: true, cell: ({ cost_usd }) => formatUsdSum(cost_usd) },
];

type Props = {
  models: Overview["by_model"];
  /** Left out for one tenant, of which it is not known. */
  now?: Now;
  tenantId?: string;
};

export function ModelsPanel({ models, now, tenantId }: Props) {
  const rows = models.map((model) => ({ ...model, inFlight: now ? inFlightOf(model.model, now) : "", tenantId }));
  const shown = now ? columns : columns.filter(({ key }) => key !== "now");
  return (
    <Panel title="By model" flush={rows.length > 0}>
      {rows.length === 0 ? (
        <Empty title="No job ended" />
      ) : (
        <DataTable label="By model" columns={shown} rows={rows} rowKey={({ model }) => model} />
      )}
    </Panel>
  );
}

function inFlightOf(model: string, now: Now): string {
  const load = now.in_flight_by_model.find((one) => one.model === model);
  if (!load) return "0";
  return load.slots === null ? formatCount(load.in_flight) : `${load.in_flight} of ${load.slots}`;
}
