import { setTimeout as pause } from "node:timers/promises";
import type { Cluster } from "../cluster/start-cluster.ts";
import { countStates, countUnsettled, hasten } from "./read-database.ts";

const lookEveryMs = 1_000;
const sayEveryMs = 15_000;
/** Webhooks under way, late ones among them: they come to nothing, but they come. */
const echoMs = 3_000;

/**
 * Waits until every wish is answered, every job final, every customer told and every sum added up, or the time is over. Answers
 * whether that came.
 */
export async function waitForRest(
  cluster: Cluster,
  options: { wishing: Promise<void>; timeoutMs: number; say(line: string): void },
): Promise<boolean> {
  const { databaseUrl } = cluster.direct;
  let isAnswered = false;
  void options.wishing.then(() => {
    isAnswered = true;
  });
  const startedAt = performance.now();
  for (let saidAt = startedAt; performance.now() - startedAt < options.timeoutMs; await pause(lookEveryMs)) {
    const [states, unsettled] = [await countStates(databaseUrl), await countUnsettled(databaseUrl)];
    const areFinal = isAnswered && states !== null && !openStates.some((state) => (states[state] ?? 0) > 0);
    if (areFinal && unsettled && Object.values(unsettled).every((count) => count === 0)) {
      await pause(echoMs);
      return true;
    }
    await hasten(databaseUrl, { objects: areFinal });
    if (performance.now() - saidAt < sayEveryMs) continue;
    saidAt = performance.now();
    const unanswered = isAnswered ? "" : ", some wishes are unanswered";
    options.say(`coming to rest: ${JSON.stringify(states)}, under way ${JSON.stringify(unsettled)}${unanswered}`);
  }
  options.say("the time to come to rest is over");
  return false;
}

const openStates = ["queued", "submitting", "submitted", "copying"];
