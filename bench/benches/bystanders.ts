import { sized } from "../bed.ts";
import { darkroomBatch, keyOf } from "../load/job-requests.ts";
import { percentile } from "../load/percentile.ts";
import { sendOpen } from "../load/send-load.ts";
import { makeRow, type Pair } from "../row.ts";
import { type Customer, startCustomer } from "../stack/customer.ts";
import { type Darkroom, startDarkroom } from "../stack/start-darkroom.ts";
import { waitForCount } from "../stack/wait-for-count.ts";
import { type Bench, inTurns } from "./bench.ts";

/** With the dead one and the slow one as many as a tenant may have. */
const wellEndpoints = 48;
const eventsPerSecond = 10;

/** What a dead endpoint and a slow one cost all others of their tenant: every event goes to all of them. */
export const bystanders: Bench = {
  name: "bystanders",
  rows: ["bystanders-p95"],
  backends: "each",
  run: async (bed) => {
    const customer = await startCustomer(bed);
    const darkroom = await startDarkroom(bed, { name: "bystanders", processes: ["api", "worker"] });
    const well = sized(bed, { tiny: 3, quick: wellEndpoints, full: wellEndpoints });
    for (let index = 0; index < well; index += 1) await subscribe(darkroom, `${customer.url}/well/${index}`);
    const side = { darkroom, customer, well };
    await tell(side, sized(bed, { tiny: 1, quick: 10, full: 20 }));
    const pairs: Pair[] = [];
    for (let round = 0; round < bed.rounds; round += 1) {
      const events = sized(bed, { tiny: 2, quick: 40, full: 200 });
      const ours = () => darkroom.during(() => besideTrouble(side, events));
      pairs.push(await inTurns(round, { ours, peer: () => tell(side, events) }));
    }
    const peerName = "without those two";
    return [makeRow({ name: "bystanders-p95", unit: "ms", pairs, peerName, target: { of: "ratio", most: 1.5 } })];
  },
};

type Side = { darkroom: Darkroom; customer: Customer; well: number };

async function besideTrouble(side: Side, events: number): Promise<number> {
  const { darkroom, customer } = side;
  const troubled = [
    await subscribe(darkroom, `${customer.url}/dead`),
    await subscribe(darkroom, `${customer.url}/slow`),
  ];
  const p95 = await tell(side, events);
  for (const id of troubled) await ask(darkroom, "DELETE", `/v1/endpoints/${id}`);
  return p95;
}

/** Jobs for later are canceled at a steady rate. Answers the p95 from an event to its first attempt at an endpoint that is well. */
async function tell({ darkroom, customer, well }: Side, events: number): Promise<number> {
  const paths = await makeJobs(darkroom, events);
  await customer.forget();
  const request = (index: number) => ({
    path: paths[index - 1] ?? "",
    method: "POST" as const,
    headers: keyOf(darkroom),
  });
  const load = { url: darkroom.url, connections: 20, request, status: 200 };
  await sendOpen({ ...load, perSecond: eventsPerSecond, count: events });
  const count = async () => (await customer.count()).waits;
  await waitForCount({ what: "first attempts", wanted: events * well, count });
  return percentile(await customer.waits(), 0.95);
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
