import { setTimeout as pause } from "node:timers/promises";
import { askRedis } from "../cluster/ask-redis.ts";
import type { Kept } from "../cluster/keep-running.ts";
import type { Cluster } from "../cluster/start-cluster.ts";
import { type Fault, processNames } from "../plan/plan-faults.ts";
import { rotateFalKeys, startWave } from "./control-fal.ts";
import { emptyQueue } from "./empty-queue.ts";

/** Does one fault and lets it last. False if there was nothing to hurt, e.g. a process that was down already. Heals what it did. */
export async function strike(cluster: Cluster, fault: Fault): Promise<boolean> {
  switch (fault.kind) {
    case "kill":
      return kill(cluster.apps[fault.process], fault.forMs);
    case "postgres_kill":
      return kill(cluster.servers.postgres, fault.forMs);
    case "redis_kill":
      return kill(cluster.servers.redis, fault.forMs);
    case "rolling_restart":
      return restartInTurn(cluster, fault.of);
    case "clock_skew":
      return skewClock(cluster, fault);
    case "redis_flushall":
      return (await askRedis(cluster.direct.redisPort, "FLUSHALL").catch(() => "")).startsWith("+OK");
    case "queue_emptied":
      return happened(emptyQueue(cluster.direct.databaseUrl));
    case "fal_keys_rotated":
      return happened(rotateFalKeys(cluster.direct.falUrl));
    case "link":
      return breakLinks(cluster, fault);
    case "customers":
      return cutCustomers(cluster, fault);
    case "webhooks_cut":
      await cluster.entrance.set("refuse");
      await pause(fault.forMs);
      await cluster.entrance.set("pass");
      return true;
    case "fal_wave": {
      const end = await startWave(cluster.direct.falUrl, fault.fault, fault.probability);
      await pause(fault.forMs);
      await end();
      return true;
    }
  }
}

async function kill(victim: Kept | undefined, downMs: number): Promise<boolean> {
  const struck = victim?.kill("SIGKILL", Math.max(1, downMs)) ?? false;
  await pause(downMs);
  return struck;
}

const restartMsMax = 30_000;

/** As a deployment does it: the next one when this one serves again. */
async function restartInTurn(cluster: Cluster, of: "api" | "worker"): Promise<boolean> {
  let struck = false;
  for (const name of processNames.filter((each) => each.startsWith(of))) {
    struck = (await restart(cluster.apps[name])) || struck;
  }
  return struck;
}

async function restart(process: Kept): Promise<boolean> {
  const pid = process.pid();
  if (!process.kill("SIGTERM")) return false;
  const startedAt = performance.now();
  const isBack = () => process.isUp() && process.pid() !== pid;
  while (!isBack() && performance.now() - startedAt < restartMsMax) await pause(50);
  return true;
}

async function skewClock(cluster: Cluster, fault: Extract<Fault, { kind: "clock_skew" }>): Promise<boolean> {
  const process = cluster.apps[fault.process];
  cluster.skewClock(fault.process, fault.skewMs);
  const struck = await restart(process);
  await pause(fault.forMs);
  cluster.skewClock(fault.process, 0);
  await restart(process);
  return struck;
}

async function breakLinks(cluster: Cluster, fault: Extract<Fault, { kind: "link" }>): Promise<boolean> {
  const { forMs, process, server, trouble } = fault;
  const hit = cluster.links.filter((each) => each.server === server && (process === "all" || each.process === process));
  if (trouble === "reset") {
    for (const { link } of hit) link.reset();
    return hit.length > 0;
  }
  await Promise.all(hit.map(({ link }) => link.set(trouble)));
  await pause(forMs);
  await Promise.all(hit.map(({ link }) => link.set("pass")));
  return hit.length > 0;
}

async function cutCustomers(
  { customers: { link } }: Cluster,
  { forMs, trouble }: Extract<Fault, { kind: "customers" }>,
): Promise<boolean> {
  if (trouble === "reset") link.reset();
  else await link.set(trouble);
  await pause(forMs);
  await link.set("pass");
  return true;
}

function happened(act: Promise<unknown>): Promise<boolean> {
  return act.then(
    () => true,
    () => false,
  );
}
