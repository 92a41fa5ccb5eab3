import { hostname } from "node:os";
import type { Context } from "@darkroom/core/context";
import { newId } from "@darkroom/core/ids";
import { version } from "@darkroom/core/version";
import { dismissWorker, reportWorker } from "@darkroom/core/workers/report-worker";
import type { Consumption } from "./consume.ts";

/** Tells the dashboard that this worker is there, and what it last did. `report` is called every few seconds. */
export function createReporter(context: Context, consumption: Pick<Consumption, "workedAt">) {
  const identity = { id: newId("wrk"), host: hostname(), pid: process.pid, version, startedAt: context.clock.now() };
  const consumed = () => Object.fromEntries([...consumption.workedAt].map(([kind, at]) => [kind, at.toISOString()]));
  return {
    report: () => reportWorker(context.db, { ...identity, consumed: consumed() }, context.clock.now()),
    dismiss: () => dismissWorker(context.db, identity.id),
  };
}
