import { setTimeout as pause } from "node:timers/promises";
import type { Cluster } from "../cluster/start-cluster.ts";
import { type Fault, nameFault } from "../plan/plan-faults.ts";
import { strike } from "./strike.ts";

/** A fault that really struck. */
export type Struck = { name: string; at: string; fault: Fault };

/** Carries out a plan, several faults at a time, and resolves when the last one is over and healed. */
export async function torment(
  cluster: Cluster,
  plan: readonly Fault[],
  options: { startedAt: number; say(line: string): void },
): Promise<Struck[]> {
  const struck: Struck[] = [];
  const run = async (fault: Fault) => {
    await pause(Math.max(0, fault.atMs - (performance.now() - options.startedAt)));
    const name = nameFault(fault);
    const at = new Date().toISOString();
    options.say(`fault ${name} ${JSON.stringify(fault)}`);
    const didStrike = await strike(cluster, fault).catch((error: Error) => {
      options.say(`fault ${name} could not be done: ${error.message}`);
      return false;
    });
    if (didStrike) struck.push({ name, at, fault });
  };
  await Promise.all(plan.map(run));
  return struck;
}
