import type { StatsRange } from "@darkroom/contract/admin/overview";
import type { StatsGrain } from "../generated/prisma/enums.ts";

/** A range of the charts: whole steps, the last of which is the present one. */
export type Steps = { grain: StatsGrain; stepMs: number; from: Date; to: Date; starts: Date[] };

const minuteMs = 60_000;
const hourMs = 3_600_000;
const shapes = {
  "1h": { grain: "minute", stepMs: minuteMs, steps: 60 },
  "24h": { grain: "hour", stepMs: hourMs, steps: 24 },
  "7d": { grain: "hour", stepMs: hourMs, steps: 168 },
} as const satisfies Record<StatsRange, { grain: StatsGrain; stepMs: number; steps: number }>;

/** The steps of a range that ends now. Minutes and hours of UTC are whole multiples of themselves. */
export function stepsOf(range: StatsRange, now: Date): Steps {
  const { grain, stepMs, steps } = shapes[range];
  const last = Math.floor(now.getTime() / stepMs) * stepMs;
  const starts = Array.from({ length: steps }, (_, index) => new Date(last - (steps - 1 - index) * stepMs));
  return { grain, stepMs, from: starts[0] ?? now, to: now, starts };
}
