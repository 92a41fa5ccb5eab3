import { type Bed, sized } from "../bed.ts";
import { darkroomJob, keyOf } from "../load/job-requests.ts";
import { makeRow, type Pair, type Row } from "../row.ts";
import { copyEvent } from "../stack/copy-event.ts";
import { type Customer, startCustomer } from "../stack/customer.ts";
import { hasDeliveries } from "../stack/has-deliveries.ts";
import { type Darkroom, startDarkroom } from "../stack/start-darkroom.ts";
import { type Peer, startPeer } from "../stack/start-peer.ts";
import { waitForCount } from "../stack/wait-for-count.ts";
import { watchCpu } from "../stack/watch-cpu.ts";
import { type Bench, inTurns } from "./bench.ts";

/** Who uses the CPU: our worker or the loop, the stores, and the customer that both of them tell. */
const parts = ["worker", "stores", "customer"] as const;
type Part = (typeof parts)[number];
/** CPU per thousand. */
type Sent = { perSecond: number; cpuMs: Record<Part, number> };

function cpuRow(part: Part): string {
  return `deliveries-cpu-${part}`;
}

const atOnce = 40;

/** How fast one worker tells one customer of what has piled up: rows, signatures, log and attempts included. */
export const deliveries: Bench = {
  name: "deliveries",
  rows: ["deliveries-vs-loop", ...parts.map(cpuRow)],
  backends: "each",
  run: async (bed) => {
    const customer = await startCustomer(bed);
    const darkroom = await startDarkroom(bed, { name: "deliveries", processes: ["api", "worker"] });
    const loop = await startPeer(bed, "post-loop", { customerUrl: customer.url });
    if (!(await hasDeliveries(darkroom))) {
      bed.say("deliveries: this build has none; the rows are left out");
      return [];
    }
    const side: Side = { bed, darkroom, customer, endpoint: await subscribe(darkroom, customer) };
    // Both sides are processes that have been running for a while, and they send bodies of the same size.
    await deliverOurs(side, sized(bed, { tiny: 5, quick: 5_000, full: 10_000 }));
    const { posts, bytes } = await customer.count();
    const postLoop = (ms: number) => runLoop(side, loop, { ms, bytes: Math.round(bytes / posts) });
    await postLoop(sized(bed, { tiny: 50, quick: 500, full: 1_000 }));
    const rounds: Round[] = [];
    for (let round = 0; round < bed.rounds; round += 1) {
      const ours = () => deliverOurs(side, sized(bed, { tiny: 10, quick: 10_000, full: 20_000 }));
      const peer = () => postLoop(sized(bed, { tiny: 100, quick: 1_000, full: 3_000 }));
      rounds.push(await inTurns(round, { ours, peer }));
    }
    return toRows(rounds);
  },
};

type Round = Record<"ours" | "peer", Sent>;

function toRows(rounds: readonly Round[]): Row[] {
  const peerName = "bare POST loop";
  const pairs = (of: (sent: Sent) => number) =>
    rounds.map(({ ours, peer }): Pair => ({ ours: of(ours), peer: of(peer) }));
  const target = { of: "ratio", least: 0.4 } as const;
  const rate = pairs(({ perSecond }) => perSecond);
  const cpuOf = (part: Part) =>
    makeRow({ name: cpuRow(part), unit: "ms CPU/1,000", pairs: pairs(({ cpuMs }) => cpuMs[part]), peerName });
  return [
    makeRow({ name: "deliveries-vs-loop", unit: "deliveries/s", pairs: rate, peerName, target }),
    ...parts.map(cpuOf),
  ];
}

type Side = { bed: Bed; darkroom: Darkroom; customer: Customer; endpoint: string };

async function subscribe(darkroom: Darkroom, customer: Customer): Promise<string> {
  const endpoint = { url: customer.url, events: ["job.canceled"], concurrency: atOnce };
  return ((await ask(darkroom, "/v1/endpoints", endpoint)) as { id: string }).id;
}

/** A canceled job's event and its copies pile up while the endpoint is paused. Then it is resumed, and the customer's clock says how fast they come. */
async function deliverOurs(side: Side, count: number): Promise<Sent> {
  const { darkroom, customer, endpoint } = side;
  await ask(darkroom, `/v1/endpoints/${endpoint}/pause`, {});
  await cancelJob(darkroom);
  await copyEvent(darkroom.databaseUrl, { endpointId: endpoint, count: count - 1 });
  await customer.forget();
  const told = async () => (await customer.count()).ids;
  return darkroom.during(() =>
    watched(side, darkroom.pid("worker"), async () => {
      await ask(darkroom, `/v1/endpoints/${endpoint}/resume`, {});
      await waitForCount({ what: "deliveries", wanted: count, count: told });
      const times = Object.values(await customer.heard()).sort((a, b) => a - b);
      return { count: times.length - 1, seconds: ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000 };
    }),
  );
}

async function watched(
  { bed, customer }: Side,
  sender: number,
  send: () => Promise<{ count: number; seconds: number }>,
): Promise<Sent> {
  const whose = { worker: [sender], stores: bed.servers.pids.stores, customer: [customer.pid] };
  const { value, cpuMs } = await watchCpu(whose, send);
  const perThousand = (ms: number) => (ms * 1_000) / value.count;
  const { worker, stores } = cpuMs;
  return {
    perSecond: value.count / value.seconds,
    cpuMs: { worker: perThousand(worker), stores: perThousand(stores), customer: perThousand(cpuMs.customer) },
  };
}

async function cancelJob(darkroom: Darkroom): Promise<void> {
  const later = { run_at: new Date(Date.now() + 3_600_000).toISOString() };
  const { path, body } = darkroomJob(darkroom, 1);
  const { id } = (await ask(darkroom, path, { ...JSON.parse(String(body)), ...later })) as { id: string };
  await ask(darkroom, `/v1/jobs/${id}/cancel`, {});
}

function runLoop(side: Side, { url, pid }: Peer, order: { ms: number; bytes: number }): Promise<Sent> {
  return watched(side, pid, async () => {
    const reply = await fetch(`${url}/run`, { method: "POST", body: JSON.stringify(order) });
    return (await reply.json()) as { count: number; seconds: number };
  });
}

async function ask(darkroom: Darkroom, path: string, body: unknown): Promise<unknown> {
  const headers = { ...keyOf(darkroom), "content-type": "application/json" };
  const reply = await fetch(`${darkroom.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`);
  return reply.json();
}
