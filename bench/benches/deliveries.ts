import { sized } from "../bed.ts";
import { darkroomJob, keyOf } from "../load/job-requests.ts";
import { makeRow, type Pair } from "../row.ts";
import { copyEvent } from "../stack/copy-event.ts";
import { type Customer, startCustomer } from "../stack/customer.ts";
import { hasDeliveries } from "../stack/has-deliveries.ts";
import { type Darkroom, startDarkroom } from "../stack/start-darkroom.ts";
import { startPeer } from "../stack/start-peer.ts";
import { waitForCount } from "../stack/wait-for-count.ts";
import { type Bench, inTurns } from "./bench.ts";

const atOnce = 40;
/** About what the event of a job with one picture weighs. */
const bodyBytes = 1_500;

/** How fast one worker tells one customer of what has piled up: rows, signatures, log and attempts included. */
export const deliveries: Bench = {
  name: "deliveries",
  rows: ["deliveries-vs-loop"],
  backends: "each",
  run: async (bed) => {
    const customer = await startCustomer(bed);
    const darkroom = await startDarkroom(bed, { name: "deliveries", processes: ["api", "worker"] });
    const loop = await startPeer(bed, "post-loop", { customerUrl: customer.url });
    if (!(await hasDeliveries(darkroom))) {
      bed.say("deliveries: this build has none; the row is left out");
      return [];
    }
    const side: Side = { darkroom, customer, endpoint: await subscribe(darkroom, customer) };
    // Both sides are processes that have been running for a while.
    await deliverOurs(side, sized(bed, { tiny: 5, quick: 1_000, full: 2_000 }));
    await postLoop(loop.url, sized(bed, { tiny: 50, quick: 500, full: 1_000 }));
    const pairs: Pair[] = [];
    for (let round = 0; round < bed.rounds; round += 1) {
      const ours = () => deliverOurs(side, sized(bed, { tiny: 10, quick: 2_000, full: 10_000 }));
      const peer = () => postLoop(loop.url, sized(bed, { tiny: 100, quick: 1_000, full: 3_000 }));
      pairs.push(await inTurns(round, { ours, peer }));
    }
    const peerName = "bare POST loop";
    const target = { of: "ratio", least: 0.4 } as const;
    return [makeRow({ name: "deliveries-vs-loop", unit: "deliveries/s", pairs, peerName, target })];
  },
};

type Side = { darkroom: Darkroom; customer: Customer; endpoint: string };

async function subscribe(darkroom: Darkroom, customer: Customer): Promise<string> {
  const endpoint = { url: customer.url, events: ["job.canceled"], concurrency: atOnce };
  return ((await ask(darkroom, "/v1/endpoints", endpoint)) as { id: string }).id;
}

/** A canceled job's event and its copies pile up while the endpoint is paused. Then it is resumed, and the customer's clock says how fast they come. */
async function deliverOurs({ darkroom, customer, endpoint }: Side, count: number): Promise<number> {
  await ask(darkroom, `/v1/endpoints/${endpoint}/pause`, {});
  await cancelJob(darkroom);
  await copyEvent(darkroom.databaseUrl, { endpointId: endpoint, count: count - 1 });
  await customer.forget();
  const told = async () => (await customer.count()).ids;
  await darkroom.during(async () => {
    await ask(darkroom, `/v1/endpoints/${endpoint}/resume`, {});
    await waitForCount({ what: "deliveries", wanted: count, count: told });
  });
  const times = Object.values(await customer.heard()).sort((a, b) => a - b);
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
  return (times.length - 1) / seconds;
}

async function cancelJob(darkroom: Darkroom): Promise<void> {
  const later = { run_at: new Date(Date.now() + 3_600_000).toISOString() };
  const { path, body } = darkroomJob(darkroom, 1);
  const { id } = (await ask(darkroom, path, { ...JSON.parse(String(body)), ...later })) as { id: string };
  await ask(darkroom, `/v1/jobs/${id}/cancel`, {});
}

async function postLoop(url: string, ms: number): Promise<number> {
  const reply = await fetch(`${url}/run`, { method: "POST", body: JSON.stringify({ ms, bytes: bodyBytes }) });
  const { count, seconds } = (await reply.json()) as { count: number; seconds: number };
  return count / seconds;
}

async function ask(darkroom: Darkroom, path: string, body: unknown): Promise<unknown> {
  const headers = { ...keyOf(darkroom), "content-type": "application/json" };
  const reply = await fetch(`${darkroom.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`);
  return reply.json();
}
