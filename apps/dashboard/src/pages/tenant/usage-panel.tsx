import type { TenantUsage } from "@darkroom/contract/admin/tenants";
import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { Bar, BarChart, CartesianGrid, Tooltip, XAxis, YAxis } from "recharts";
import { Chart, ChartTooltip, type TooltipProps } from "../../charts/chart.tsx";
import { axis } from "../../charts/palette.ts";
import { seriesByDay } from "../../charts/series-by-day.ts";
import { shortenModel } from "../../format/ids.ts";
import { formatUsdMark, formatUsdSum } from "../../format/numbers.ts";
import { formatDay } from "../../format/times.ts";
import { Panel } from "../../ui/panel.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { useUsage } from "./use-tenant.ts";

type By = TenantUsage["by"];
const days = 30;

export function UsagePanel({ tenantId }: { tenantId: string }) {
  const [by, setBy] = useState<By>("total");
  const query = useUsage(tenantId, by, days);
  return (
    <Panel
      title="Cost per day"
      note={`Last ${days} days (UTC), some seconds behind at most`}
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Split by"
          value={by}
          onChange={(value) => setBy(value as By)}
          data={[
            { value: "total", label: "Total" },
            { value: "model", label: "Model" },
            { value: "key", label: "Key" },
            { value: "tag", label: "Tag" },
          ]}
        />
      }
    >
      <Loaded query={query}>{(usage) => <UsageChart usage={usage} />}</Loaded>
    </Panel>
  );
}

function UsageChart({ usage }: { usage: TenantUsage }) {
  const { rows, keys } = seriesByDay(usage.from, usage.to, usage.data);
  if (keys.length === 0) return <Empty title="No job ended in these days" />;
  const shown = keys.map(({ value, color }) => ({ value, color, label: labelOf(value, usage.by) }));
  return (
    <Chart label={`Cost per day by ${usage.by}`} keys={usage.by === "total" ? undefined : shown} height={200}>
      <BarChart data={rows} margin={{ top: 4, right: 4, bottom: 0, left: -4 }}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis dataKey="day" {...axis} minTickGap={28} tickFormatter={formatDay} />
        <YAxis {...axis} width={54} tickFormatter={formatUsdMark} />
        <Tooltip
          isAnimationActive={false}
          cursor={{ fill: "var(--hover)" }}
          content={(props) => (
            <ChartTooltip {...(props as TooltipProps)} title={formatDay} format={(value) => formatUsdSum(value)} />
          )}
        />
        {shown.map(({ value, label, color }) => (
          <Bar
            key={value}
            dataKey={(row: { cost: Record<string, number> }) => row.cost[value] ?? 0}
            name={label}
            stackId="cost"
            fill={color}
            isAnimationActive={false}
          />
        ))}
      </BarChart>
    </Chart>
  );
}

function labelOf(value: string, by: By): string {
  if (by === "total") return "Cost";
  return by === "model" ? shortenModel(value) : value || "none";
}
