import { type Bed, sized } from "../bed.ts";
import { darkroomBatch, keyOf } from "../load/job-requests.ts";
import { sendClosed } from "../load/send-load.ts";
import { makeRow, type Pair } from "../row.ts";
import { type Customer, startCustomer } from "../stack/customer.ts";
import { hasDeliveries } from "../stack/has-deliveries.ts";
import { type Darkroom, startDarkroom } from "../stack/start-darkroom.ts";
import { startPeer } from "../stack/start-peer.ts";
import { waitForCount } from "../stack/wait-for-count.ts";
import { type Bench, inTurns } from "./bench.ts";

const atOnce = 40;
/** About what the event of a job with one picture weighs. */
const bodyBytes = 1_500;

/** How fast one worker tells one customer of what has piled up: rows, signatures and attempts included. */
export const deliveries: Bench = {
  name: "deliveries",
  rows: ["deliveries-vs-loop"],
  backends: "each",
  run: async (bed) => {
    const customer = await startCustomer(bed);
    const darkroom = await startDarkroom(bed, { name: "deliveries", processes: ["api"] });
    const loop = await startPeer(bed, "post-loop", { customerUrl: customer.url });
    if (!(await hasDeliveries(darkroom))) {
      bed.say("deliveries: this build has none; the row is left out");
      return [];
    }
    await subscribe(darkroom, customer);
    const pairs: Pair[] = [];
    for (let round = 0; round < bed.rounds; round += 1) {
      const ours = () => deliverOurs(bed, darkroom, customer);
      pairs.push(await inTurns(round, { ours, peer: () => postLoop(bed, loop.url) }));
    }
    const peerName = "bare POST loop";
    const target = { of: "ratio", least: 0.4 } as const;
    return [makeRow({ name: "deliveries-vs-loop", unit: "deliveries/s", pairs, peerName, target })];
  },
};

async function subscribe(darkroom: Darkroom, customer: Customer): Promise<void> {
  await ask(darkroom, "/v1/endpoints", { url: customer.url, events: ["job.canceled"], concurrency: atOnce });
}

/** Events pile up while the worker is down: jobs for later, canceled. Then it starts, and the customer's clock says how fast they come. */
async function deliverOurs(bed: Bed, darkroom: Darkroom, customer: Customer): Promise<number> {
  const count = sized(bed, { tiny: 10, quick: 400, full: 2_000 });
  for (let left = count; left > 0; left -= 1_000) await makeCanceled(darkroom, Math.min(left, 1_000));
  await customer.forget();
  await darkroom.start("worker");
  const told = async () => (await customer.count()).ids;
  await darkroom.during(() => waitForCount({ what: "deliveries", wanted: count, count: told }));
  await darkroom.stop("worker");
  const times = Object.values(await customer.heard()).sort((a, b) => a - b);
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
  return (times.length - 1) / seconds;
}

async function makeCanceled(darkroom: Darkroom, count: number): Promise<void> {
  const later = { run_at: new Date(Date.now() + 3_600_000).toISOString() };
  const { path, body } = darkroomBatch(darkroom, count, later);
  const made = (await ask(darkroom, path, JSON.parse(String(body)))) as { data: { job: { id: string } }[] };
  const paths = made.data.map(({ job }) => `/v1/jobs/${job.id}/cancel`);
  const request = (index: number) => ({
    path: paths[index - 1] ?? "",
    method: "POST" as const,
    headers: keyOf(darkroom),
  });
  await sendClosed({ url: darkroom.url, connections: 20, request, status: 200, count });
}

async function postLoop(bed: Bed, url: string): Promise<number> {
  const ms = sized(bed, { tiny: 100, quick: 1_000, full: 5_000 });
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
