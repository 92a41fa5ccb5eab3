import { waitFor } from "@darkroom/testing/wait-for";
import { type Bed, sized } from "../bed.ts";
import { darkroomBatch, keyOf } from "../load/job-requests.ts";
import { percentile } from "../load/percentile.ts";
import { sendOpen } from "../load/send-load.ts";
import { makeRow, type Pair, type Row } from "../row.ts";
import { type Customer, startCustomer } from "../stack/customer.ts";
import { withClient } from "../stack/databases.ts";
import { type Darkroom, startDarkroom } from "../stack/start-darkroom.ts";
import { waitForCount } from "../stack/wait-for-count.ts";
import { watchCpu } from "../stack/watch-cpu.ts";
import { type Bench, inTurns } from "./bench.ts";

/** With the dead one and the slow one as many as a tenant may have. */
const wellEndpoints = 48;
const eventsPerSecond = 10;

/** Above what the slow one takes, and short: the dead one's timeouts, its circuit and its probes are in every round, however short. */
const timeoutMs = 3_000;

/** What a dead endpoint and a slow one cost all others of their tenant: every event goes to all of them. */
export const bystanders: Bench = {
  name: "bystanders",
  rows: ["bystanders-p95", "bystanders-p50", "bystanders-cpu-worker", "bystanders-cpu-stores"],
  backends: "each",
  run: async (bed) => {
    const customer = await startCustomer(bed);
    const env = { DELIVERY_TIMEOUT_MS: String(timeoutMs) };
    const darkroom = await startDarkroom(bed, { name: "bystanders", processes: ["api", "worker"], env });
    const well = sized(bed, { tiny: 3, quick: wellEndpoints, full: wellEndpoints });
    for (let index = 0; index < well; index += 1) await subscribe(darkroom, `${customer.url}/well/${index}`);
    const side = { bed, darkroom, customer, well };
    await tell(side, sized(bed, { tiny: 1, quick: 40, full: 100 }));
    const rounds: Round[] = [];
    for (let round = 0; round < bed.rounds; round += 1) {
      const events = sized(bed, { tiny: 2, quick: 80, full: 200 });
      const ours = () => darkroom.during(() => besideTrouble(side, events));
      rounds.push(await inTurns(round, { ours, peer: () => tell(side, events) }));
    }
    return toRows(rounds);
  },
};

function toRows(rounds: readonly Round[]): Row[] {
  const peerName = "without those two";
  const pairs = (of: keyof Told) => rounds.map(({ ours, peer }): Pair => ({ ours: ours[of], peer: peer[of] }));
  const target = { of: "ratio", most: 1.5 } as const;
  return [
    makeRow({ name: "bystanders-p95", unit: "ms", pairs: pairs("p95"), peerName, target }),
    makeRow({ name: "bystanders-p50", unit: "ms", pairs: pairs("p50"), peerName }),
    makeRow({ name: "bystanders-cpu-worker", unit: "ms CPU/event", pairs: pairs("worker"), peerName }),
    makeRow({ name: "bystanders-cpu-stores", unit: "ms CPU/event", pairs: pairs("stores"), peerName }),
  ];
}

type Side = { bed: Bed; darkroom: Darkroom; customer: Customer; well: number };
/** Times from an event to its first attempt at an endpoint that is well, and what an event costs. */
type Told = Record<"p50" | "p95" | "worker" | "stores", number>;
type Round = Record<"ours" | "peer", Told>;

async function besideTrouble(side: Side, events: number): Promise<Told> {
  const { darkroom, customer } = side;
  const troubled = [
    await subscribe(darkroom, `${customer.url}/dead`),
    await subscribe(darkroom, `${customer.url}/slow`),
  ];
  const told = await tell(side, events);
  for (const id of troubled) await ask(darkroom, "DELETE", `/v1/endpoints/${id}`);
  await waitForPeace(darkroom);
  return told;
}

/** What the two have left behind is no part of the next round. */
function waitForPeace({ databaseUrl }: Darkroom): Promise<void> {
  return withClient(databaseUrl, async (client) => {
    const left = async () => Number((await client.query(leftBehind)).rows[0].count);
    await waitFor("what is left of endpoints that are gone", async () => (await left()) === 0);
  });
}

const leftBehind = `
  select (select count(*) from deliveries where state = 'pending') + (select count(held_by) from endpoints) as count`;

/** Jobs for later are canceled at a steady rate. */
async function tell({ bed, darkroom, customer, well }: Side, events: number): Promise<Told> {
  const paths = await makeJobs(darkroom, events);
  await customer.forget();
  const request = (index: number) => ({
    path: paths[index - 1] ?? "",
    method: "POST" as const,
    headers: keyOf(darkroom),
  });
  const load = { url: darkroom.url, connections: 20, request, status: 200 };
  const { cpuMs } = await watchCpu({ worker: [darkroom.pid("worker")], stores: bed.servers.pids.stores }, async () => {
    await sendOpen({ ...load, perSecond: eventsPerSecond, count: events });
    const count = async () => (await customer.count()).waits;
    await waitForCount({ what: "first attempts", wanted: events * well, count });
  });
  const waits = await customer.waits();
  const { worker, stores } = cpuMs;
  const times = { p50: percentile(waits, 0.5), p95: percentile(waits, 0.95) };
  return { ...times, worker: worker / events, stores: stores / events };
}

async function makeJobs(darkroom: Darkroom, count: number): Promise<string[]> {
  const later = { run_at: new Date(Date.now() + 3_600_000).toISOString() };
  const { path, body } = darkroomBatch(darkroom, count, later);
  const made = (await ask(darkroom, "POST", path, String(body))) as { data: { job: { id: string } }[] };
  return made.data.map(({ job }) => `/v1/jobs/${job.id}/cancel`);
}

async function subscribe(darkroom: Darkroom, url: string): Promise<string> {
  const body = JSON.stringify({ url, events: ["job.canceled"] });
  return ((await ask(darkroom, "POST", "/v1/endpoints", body)) as { id: string }).id;
}

async function ask(darkroom: Darkroom, method: string, path: string, body?: string): Promise<unknown> {
  const headers = { ...keyOf(darkroom), ...(body ? { "content-type": "application/json" } : {}) };
  const reply = await fetch(`${darkroom.url}${path}`, { method, headers, ...(body ? { body } : {}) });
  if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`);
  return reply.status === 204 ? null : reply.json();
}
