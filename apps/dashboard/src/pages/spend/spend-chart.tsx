import type { SpendReport } from "@darkroom/contract/admin/spend";
import { Bar, BarChart, CartesianGrid, Tooltip, XAxis, YAxis } from "recharts";
import { Chart, ChartTooltip, type TooltipProps } from "../../charts/chart.tsx";
import { axis } from "../../charts/palette.ts";
import { formatUsdMark, formatUsdSum } from "../../format/numbers.ts";
import { formatDay } from "../../format/times.ts";
import { Empty } from "../../ui/states.tsx";

const keys = [
  { key: "settled_usd", label: "Settled", color: "var(--phase-fal)" },
  { key: "reserved_usd", label: "Reserved", color: "var(--phase-delivering)" },
] as const;

export function SpendChart({ days }: { days: SpendReport["by_day"] }) {
  const isEmpty = days.every(({ settled_usd, reserved_usd }) => settled_usd === 0 && reserved_usd === 0);
  if (isEmpty) return <Empty title="Nothing was spent in these days" />;
  return (
    <Chart label="Settled and reserved per day" keys={keys} height={230}>
      <BarChart barGap={1} data={days} margin={{ top: 4, right: 4, bottom: 0, left: -4 }}>
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
        <Bar dataKey="settled_usd" name="Settled" fill={keys[0].color} isAnimationActive={false} maxBarSize={14} />
        <Bar dataKey="reserved_usd" name="Reserved" fill={keys[1].color} isAnimationActive={false} maxBarSize={14} />
      </BarChart>
    </Chart>
  );
}
