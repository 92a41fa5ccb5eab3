import { sized } from "../bed.ts";
import { darkroomJob, plainJob } from "../load/job-requests.ts";
import { type LoadRequest, sendClosed } from "../load/send-load.ts";
import { makeRow, type Pair, type Row } from "../row.ts";
import { type Customer, startCustomer } from "../stack/customer.ts";
import { withClient } from "../stack/databases.ts";
import { setFal } from "../stack/fal-control.ts";
import { hasDeliveries } from "../stack/has-deliveries.ts";
import { type Darkroom, startDarkroom } from "../stack/start-darkroom.ts";
import { startHandRolled } from "../stack/start-hand-rolled.ts";
import { waitForCount } from "../stack/wait-for-count.ts";
import { loadPid, watchCpu } from "../stack/watch-cpu.ts";
import { type Bench, inTurns } from "./bench.ts";

/** Who uses the CPU: the two processes of a product, the stores that work for it, and all that is there whatever the product is. */
const parts = ["api", "worker", "stores", "around"] as const;
type Part = (typeof parts)[number];
type Side = { perSecond: number; cpuMs: Record<Part, number> };

export const pipeline: Bench = {
  name: "pipeline",
  rows: ["pipeline-vs-hand-rolled", ...parts.map(cpuRow)],
  backends: "each",
  run: async (bed) => {
    const jobs = sized(bed, { tiny: 10, quick: 200, full: 2_000 });
    await setFal(bed.servers, { generationMs: 0, imageBytes: 200_000 });
    const customer = await startCustomer(bed);
    const darkroom = await startDarkroom(bed, { name: "pipeline", processes: ["api", "worker"] });
    const handRolled = await startHandRolled(bed, { worker: true, customerUrl: customer.url });
    const runOurs = await ourRun(darkroom, customer);
    const runTheirs = (count: number) =>
      runJobs({ url: handRolled.url, count, request: (index) => plainJob("/jobs", index), ended: toldIds(customer) });
    const cleared = async <Value>(act: () => Promise<Value>) => {
      await bed.servers.clear();
      await customer.forget();
      return act();
    };
    const warmUp = Math.ceil(jobs / 10);
    await cleared(() => runOurs(warmUp));
    await cleared(() => runTheirs(warmUp));
    const watched = async (pids: Record<"api" | "worker", number>, run: () => Promise<number>): Promise<Side> => {
      const { stores, around } = bed.servers.pids;
      const whose = { api: [pids.api], worker: [pids.worker], stores, around: [...around, customer.pid, loadPid] };
      const { value, cpuMs } = await watchCpu(whose, run);
      return { perSecond: value, cpuMs };
    };
    const ourPids = { api: darkroom.pid("api"), worker: darkroom.pid("worker") };
    const rounds: Record<"ours" | "peer", Side>[] = [];
    for (let round = 0; round < bed.rounds; round += 1) {
      const ours = () => cleared(() => darkroom.during(() => watched(ourPids, () => runOurs(jobs))));
      const peer = () => cleared(() => watched(handRolled.pids, () => runTheirs(jobs)));
      rounds.push(await inTurns(round, { ours, peer }));
    }
    return toRows(rounds, jobs);
  },
};

function cpuRow(part: Part): string {
  return `pipeline-cpu-${part}`;
}

function toRows(rounds: readonly Record<"ours" | "peer", Side>[], jobs: number): Row[] {
  const peerName = "hand-rolled";
  const pairs = (of: (side: Side) => number): Pair[] =>
    rounds.map(({ ours, peer }) => ({ ours: of(ours), peer: of(peer) }));
  const rates = pairs(({ perSecond }) => perSecond);
  const target = { of: "ratio", least: 1.5 } as const;
  return [
    makeRow({ name: "pipeline-vs-hand-rolled", unit: "jobs/s", pairs: rates, peerName, target }),
    ...parts.map((part) => {
      const costs = pairs(({ cpuMs }) => cpuMs[part] / jobs);
      return makeRow({ name: cpuRow(part), unit: "ms CPU/job", pairs: costs, peerName });
    }),
  ];
}

/** Ours is done when every job has ended and, where the build tells customers, the customer has heard of each. */
export async function ourRun(darkroom: Darkroom, customer: Customer): Promise<(count: number) => Promise<number>> {
  const tells = await hasDeliveries(darkroom);
  const webhookUrl = tells ? customer.url : undefined;
  const told = toldIds(customer);
  return async (count) => {
    // Asked of the customer, as with the peer; a table that is counted again and again would cost us what it does not cost them.
    const ended = async () => (tells ? told() : count - (await openJobs(darkroom.databaseUrl)));
    const request = (index: number) => darkroomJob(darkroom, index, webhookUrl);
    const perSecond = await runJobs({ url: darkroom.url, count, request, ended });
    await assertSucceeded(darkroom.databaseUrl, count);
    return perSecond;
  };
}

function toldIds(customer: Customer): () => Promise<number> {
  return async () => (await customer.count()).ids;
}

/** The application's side: sends the jobs as fast as they are taken, and waits for the last to end. Answers jobs per second. */
async function runJobs(run: {
  url: string;
  count: number;
  request(index: number): LoadRequest;
  ended(): Promise<number>;
}): Promise<number> {
  const startedAt = performance.now();
  const { url, count, request } = run;
  await sendClosed({ url, connections: 50, request, status: 202, count });
  await waitForCount({ what: `jobs at ${url}`, wanted: count, count: run.ended });
  return (count * 1000) / (performance.now() - startedAt);
}

/** Few rows, by partial indexes. */
function openJobs(databaseUrl: string): Promise<number> {
  return countJobs(databaseUrl, "state = 'queued' or state in ('submitting', 'submitted', 'copying')");
}

/** A pipeline that fails its jobs would be a fast one. */
async function assertSucceeded(databaseUrl: string, count: number): Promise<void> {
  const failed = await countJobs(databaseUrl, "state in ('failed', 'canceled')");
  if (failed > 0) throw new Error(`${failed} of at least ${count} jobs did not succeed.`);
}

function countJobs(databaseUrl: string, which: string): Promise<number> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query(`select count(*)::int as count from jobs where ${which}`);
    return (rows[0] as { count: number }).count;
  });
}
