import type { Overview } from "@darkroom/contract/admin/overview";
import { Area, Bar, BarChart, CartesianGrid, ComposedChart, ReferenceLine, Tooltip, XAxis, YAxis } from "recharts";
import { Chart, ChartTooltip, type TooltipProps } from "../../charts/chart.tsx";
import { axis, ink } from "../../charts/palette.ts";
import { formatCompact, formatCount } from "../../format/numbers.ts";
import { formatTick } from "../../format/times.ts";
import { Panel } from "../../ui/panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { rangeWords } from "./overview-tiles.tsx";

const tickGap = 44;
const margin = { top: 4, right: 4, bottom: 0, left: -14 };

const outcomes = [
  { key: "succeeded", label: "Succeeded", color: ink.succeeded },
  { key: "failed", label: "Failed", color: ink.failed },
  { key: "canceled", label: "Canceled", color: ink.canceled },
] as const;

export function ThroughputPanel({ overview }: { overview: Overview }) {
  const { totals, range, series } = overview;
  const withDay = range === "7d";
  const label = `Jobs that ended in the ${rangeWords[range]}: ${totals.succeeded} succeeded, ${totals.failed} failed, ${totals.canceled} canceled.`;
  const isEmpty = totals.succeeded + totals.failed + totals.canceled === 0;
  return (
    <Panel title="Throughput" note={range === "1h" ? "Jobs ended per minute" : "Jobs ended per hour"}>
      {isEmpty ? (
        <Empty title={`No job ended in the ${rangeWords[range]}`} />
      ) : (
        <Chart label={label} keys={outcomes}>
          <BarChart data={series} margin={margin} barCategoryGap={1}>
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis
              dataKey="at"
              {...axis}
              minTickGap={tickGap}
              tickFormatter={(at: string) => formatTick(at, withDay)}
            />
            <YAxis {...axis} allowDecimals={false} tickFormatter={formatCompact} width={48} />
            <Tooltip
              isAnimationActive={false}
              cursor={{ fill: "var(--hover)" }}
              content={(props) => <PointTooltip {...(props as TooltipProps)} withDay={withDay} />}
            />
            {outcomes.map(({ key, label: name, color }) => (
              <Bar key={key} dataKey={key} name={name} stackId="ended" fill={color} isAnimationActive={false} />
            ))}
          </BarChart>
        </Chart>
      )}
    </Panel>
  );
}

function PointTooltip({ withDay, ...props }: TooltipProps & { withDay: boolean }) {
  return <ChartTooltip {...props} title={(at) => formatTick(at, withDay)} format={(value) => formatCount(value)} />;
}

const loads = [
  { key: "in_flight", label: "At fal", color: ink.fal },
  { key: "waiting", label: "Waiting (≤ 10,000)", color: ink.waiting },
] as const;

/** Slots in use against those there are. */
export function SlotsPanel({ overview, slots }: { overview: Overview; slots: number }) {
  const { range, series } = overview;
  const withDay = range === "7d";
  const seen = series.filter(({ in_flight }) => in_flight !== null);
  const most = Math.max(0, ...seen.map(({ in_flight }) => in_flight ?? 0));
  return (
    <Panel title="Slots and line" note={`Most at once per ${range === "1h" ? "minute" : "hour"}; ${slots} slots`}>
      {seen.length === 0 ? (
        <Empty title="Nothing was sampled yet" />
      ) : (
        <Chart label={`At most ${most} jobs were at fal at once, of ${slots} slots.`} keys={loads}>
          <ComposedChart data={series} margin={margin}>
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis
              dataKey="at"
              {...axis}
              minTickGap={tickGap}
              tickFormatter={(at: string) => formatTick(at, withDay)}
            />
            <YAxis {...axis} allowDecimals={false} tickFormatter={formatCompact} width={48} />
            <Tooltip
              isAnimationActive={false}
              content={(props) => <PointTooltip {...(props as TooltipProps)} withDay={withDay} />}
            />
            <ReferenceLine y={slots} stroke="var(--line-strong)" strokeDasharray="4 4" />
            {loads.map(({ key, label, color }) => (
              <Area
                key={key}
                dataKey={key}
                name={label}
                type="stepAfter"
                stroke={color}
                fill={color}
                fillOpacity={key === "in_flight" ? 0.22 : 0.08}
                strokeWidth={1.5}
                isAnimationActive={false}
                connectNulls={false}
              />
            ))}
          </ComposedChart>
        </Chart>
      )}
    </Panel>
  );
}
