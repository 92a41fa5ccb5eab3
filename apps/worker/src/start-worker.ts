import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type Context, closeContext, cutContext } from "@darkroom/core/context";
import { sampleStats } from "@darkroom/core/stats/sample-stats";
import { sweepObjects } from "@darkroom/core/sweep-objects";
import { advanceBulks } from "./advance-bulks.ts";
import { type Consumption, consume } from "./consume.ts";
import { createHealthServer, watchConsumption } from "./health.ts";
import { createReporter } from "./report.ts";
import { rollUp } from "./roll-up.ts";
import { sweep } from "./sweep.ts";

export type RunningWorker = { port: number; stop(): Promise<void> };

/** How soon a lost message is made up for. */
const sweepEveryMs = 1_000;
const lookEveryMs = 5_000;
/** How far the usage report may be behind. */
const rollUpEveryMs = 2_000;
/** How exactly the charts know what was at fal and in line. */
const sampleEveryMs = 10_000;
const reportEveryMs = 5_000;
const sweepObjectsEveryMs = 2_000;
const bulkEveryMs = 1_000;

/** Starts consuming, sweeping and answering health checks. `stop` ends them in the order that loses nothing. */
export async function startWorker(context: Context): Promise<RunningWorker> {
  const consumption = consume(context);
  const watch = watchConsumption(context, consumption);
  const stopSweeping = every(sweepEveryMs, () => sweep(context).then(logSweep(context), warn(context, "sweep failed")));
  const stopLooking = every(lookEveryMs, () => watch.look().catch(warn(context, "look at the queue failed")));
  const stopRollUp = every(rollUpEveryMs, () => rollUp(context).catch(warn(context, "usage roll-up failed")));
  const stopObjects = every(sweepObjectsEveryMs, () =>
    sweepObjects(context).then(() => {}, warn(context, "sweep of objects failed")),
  );
  const reporter = createReporter(context, consumption);
  void reporter.report().catch(warn(context, "report failed"));
  const stopDashboard = [
    every(sampleEveryMs, () => sampleStats(context.db, context.clock.now()).catch(warn(context, "sample failed"))),
    every(reportEveryMs, () => reporter.report().catch(warn(context, "report failed"))),
    every(bulkEveryMs, () => advanceBulks(context).then(() => {}, warn(context, "bulk operation failed"))),
  ];
  const server = createHealthServer(context, watch.health);
  server.listen(context.env.WORKER_PORT, context.env.HOST);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    // First nothing new is rung for or taken; then what is being handled ends; then the connections go.
    await Promise.all([stopSweeping, stopLooking, stopRollUp, stopObjects, ...stopDashboard].map((end) => end()));
    await reporter.dismiss().catch(warn(context, "dismissal failed"));
    const drained = await drain(context, consumption);
    server.close();
    server.closeAllConnections();
    await (drained === "late" ? cutContext(context) : closeContext(context));
  };
  return { port, stop };
}

/** Lets messages in hand end, but not for longer than the grace: their rows are leased, so others take over. */
async function drain(context: Context, consumption: Consumption): Promise<"ended" | "late"> {
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), context.env.SHUTDOWN_GRACE_MS);
  });
  const ended = await Promise.race([consumption.close().then(() => "ended" as const), grace]);
  clearTimeout(timer);
  if (ended === "late") context.log.warn("work was still in hand after SHUTDOWN_GRACE_MS; its leases will run out");
  return ended;
}

/** Runs `act` again and again, never twice at once. The returned function ends it and waits for the run in progress. */
function every(ms: number, act: () => Promise<void>): () => Promise<void> {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;
  const next = () => {
    timer = setTimeout(() => {
      running = act().finally(() => {
        if (!stopped) next();
      });
    }, ms);
  };
  next();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}

function logSweep(context: Context) {
  return (swept: { rung: number; ended: number }) => {
    if (swept.rung + swept.ended > 0) context.log.info(swept, "swept");
  };
}

function warn(context: Context, what: string) {
  return (error: unknown) => context.log.warn({ err: error }, what);
}
