import { setTimeout as pause } from "node:timers/promises";
import { type Bed, sized } from "../bed.ts";
import { darkroomJob } from "../load/job-requests.ts";
import { percentile } from "../load/percentile.ts";
import type { DirectRun } from "../peers/direct.ts";
import { makeRow, type Pair, type Row } from "../row.ts";
import { type Customer, startCustomer } from "../stack/customer.ts";
import { withClient } from "../stack/databases.ts";
import { readLedger, setFal } from "../stack/fal-control.ts";
import { hasDeliveries } from "../stack/has-deliveries.ts";
import { type Darkroom, startDarkroom } from "../stack/start-darkroom.ts";
import { startPeer } from "../stack/start-peer.ts";
import { waitForCount } from "../stack/wait-for-count.ts";
import { type Bench, inTurns } from "./bench.ts";

/** Light load: about four under way at once. */
const spacingMs = 150;

type Round = { ours: number[]; direct: number[] };

/** From the end of the generation, by fal's own ledger, to the picture in S3 and, where this build tells customers, the customer told. */
export const latency: Bench = {
  name: "latency",
  rows: ["added-latency-p50", "added-latency-p95"],
  backends: "each",
  run: async (bed) => {
    await setFal(bed.servers, { imageBytes: 200_000 });
    const customer = await startCustomer(bed);
    const darkroom = await startDarkroom(bed, { name: "latency", processes: ["api", "worker"] });
    const direct = await startPeer(bed, "direct", { customerUrl: customer.url });
    const tells = await hasDeliveries(darkroom);
    const ours = (prompts: string[]) => runOurs(bed, { darkroom, customer: tells ? customer : null }, prompts);
    const theirs = (prompts: string[]) => runDirect(bed, direct.url, prompts, tells);
    await Promise.all([ours(makePrompts(2)), theirs(makePrompts(2))]);
    const rounds: Round[] = [];
    for (let round = 0; round < bed.rounds; round += 1) {
      const prompts = makePrompts(sized(bed, { tiny: 2, quick: 16, full: 100 }));
      const measured = { ours: () => darkroom.during(() => ours(prompts)), direct: () => theirs(prompts) };
      rounds.push(await inTurns(round, measured));
      await bed.servers.clear();
    }
    return toRows(rounds, tells ? "direct, customer told" : "direct, stored");
  },
};

function toRows(rounds: readonly Round[], peerName: string): Row[] {
  const pairs = (share: number): Pair[] =>
    rounds.map((round) => ({ ours: percentile(round.ours, share), peer: percentile(round.direct, share) }));
  const common = { unit: "ms", peerName };
  return [
    makeRow({ ...common, name: "added-latency-p50", pairs: pairs(0.5), target: { of: "ratio", most: 0.25 } }),
    makeRow({ ...common, name: "added-latency-p95", pairs: pairs(0.95), target: { of: "ratio", most: 0.5 } }),
  ];
}

/** Generations of 300 to 800 ms, so that one who polls meets their ends at every moment of his interval. */
function makePrompts(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `a harbour [[generation:${300 + ((index * 137) % 500)}]]`);
}

async function runDirect(bed: Bed, url: string, prompts: string[], tells: boolean): Promise<number[]> {
  const order = { method: "POST", body: JSON.stringify({ prompts, spacingMs }) };
  const runs = (await (await fetch(`${url}/run`, order)).json()) as DirectRun;
  const ended = await generationEnds(bed);
  return runs.map(
    ({ requestId, storedAt, toldAt }) => (tells ? toldAt : storedAt) - (ended.get(requestId) ?? Number.NaN),
  );
}

type Ours = { darkroom: Darkroom; customer: Customer | null };

async function runOurs(bed: Bed, { darkroom, customer }: Ours, prompts: string[]): Promise<number[]> {
  const sending: Promise<string>[] = [];
  for (const prompt of prompts) {
    sending.push(sendJob(darkroom, prompt, customer?.url));
    await pause(spacingMs);
  }
  const ids = await Promise.all(sending);
  await waitForCount({
    what: "jobs under light load",
    wanted: ids.length,
    count: async () => {
      const heard = customer ? await customer.heard() : null;
      return (await readEnds(darkroom, ids)).filter(({ id }) => !heard || heard[id]).length;
    },
  });
  const heard = await customer?.heard();
  const ended = await generationEnds(bed);
  const jobs = await readEnds(darkroom, ids);
  return jobs.map(
    ({ id, requestId, finishedAt }) => (heard?.[id] ?? finishedAt) - (ended.get(requestId) ?? Number.NaN),
  );
}

async function sendJob(darkroom: Darkroom, prompt: string, webhookUrl: string | undefined): Promise<string> {
  const { path, method, headers, body } = darkroomJob(darkroom, 1, webhookUrl);
  const job = { ...(JSON.parse(String(body)) as object), input: { prompt } };
  const reply = await fetch(`${darkroom.url}${path}`, { method, headers, body: JSON.stringify(job) });
  return ((await reply.json()) as { id: string }).id;
}

type JobEnd = { id: string; requestId: string; finishedAt: number };

function readEnds(darkroom: Darkroom, ids: string[]): Promise<JobEnd[]> {
  return withClient(darkroom.databaseUrl, async (client) => {
    const { rows } = await client.query(
      `select j.id, a.request_id as "requestId", (extract(epoch from j.finished_at) * 1000)::float8 as "finishedAt"
       from jobs j join attempts a on a.job_id = j.id and a.number = j.attempt
       where j.id = any($1) and j.state = 'succeeded'`,
      [ids],
    );
    return rows as JobEnd[];
  });
}

async function generationEnds(bed: Bed): Promise<Map<string, number>> {
  const rows = await readLedger(bed.servers);
  return new Map(rows.map(({ requestId, endedAt }) => [requestId, Date.parse(endedAt ?? "")]));
}
