import { setTimeout as pause } from "node:timers/promises";
import type { Cluster } from "../cluster/start-cluster.ts";
import { countStates } from "./read-database.ts";

const lookEveryMs = 1_000;
const sayEveryMs = 15_000;
/** Webhooks under way, late ones among them, and objects being taken away: they come to nothing, but they come. */
const echoMs = 3_000;

/** Waits until every wish is answered and every job is final, or the time is over. Answers whether that came. */
export async function waitForRest(
  cluster: Cluster,
  options: { wishing: Promise<void>; timeoutMs: number; say(line: string): void },
): Promise<boolean> {
  let isAnswered = false;
  void options.wishing.then(() => {
    isAnswered = true;
  });
  const startedAt = performance.now();
  for (let saidAt = startedAt; performance.now() - startedAt < options.timeoutMs; await pause(lookEveryMs)) {
    const states = await countStates(cluster.direct.databaseUrl);
    const open = states && ["queued", "submitting", "submitted", "copying"].some((state) => (states[state] ?? 0) > 0);
    if (isAnswered && states && !open) {
      await pause(echoMs);
      return true;
    }
    if (performance.now() - saidAt < sayEveryMs) continue;
    saidAt = performance.now();
    options.say(`coming to rest: ${JSON.stringify(states)}${isAnswered ? "" : ", some wishes are unanswered"}`);
  }
  options.say("the time to come to rest is over");
  return false;
}
