import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Bed, sized } from "../bed.ts";
import { countPostgres, type PostgresCounter, type PostgresCounts } from "../count/count-postgres.ts";
import { countRedis, type RedisCounts } from "../count/count-redis.ts";
import { plainJob } from "../load/job-requests.ts";
import { sendClosed } from "../load/send-load.ts";
import { makeRow, type Row, type Target } from "../row.ts";
import { benchDir } from "../stack/bench-dir.ts";
import { type Customer, startCustomer } from "../stack/customer.ts";
import { createDatabase, prepareDatabase, withClient } from "../stack/databases.ts";
import { setFal } from "../stack/fal-control.ts";
import { startDarkroom } from "../stack/start-darkroom.ts";
import { startHandRolled } from "../stack/start-hand-rolled.ts";
import { waitForCount } from "../stack/wait-for-count.ts";
import type { Bench } from "./bench.ts";
import { ourRun } from "./pipeline.ts";

/** Counted, not timed: what one job makes Postgres and Redis do, idle work (sweep, health, blocking reads) taken off. */
export const work: Bench = {
  name: "work",
  rows: [
    "postgres-statements-per-job",
    "postgres-round-trips-per-job",
    "postgres-wal-per-job",
    "redis-commands-per-job",
    "redis-round-trips-per-job",
  ],
  backends: "each",
  run: async (bed) => {
    await setFal(bed.servers, { generationMs: 0, imageBytes: 200_000 });
    const customer = await startCustomer(bed);
    const ours = await countOurs(bed, customer);
    await bed.servers.clear();
    const theirs = await countHandRolled(bed, customer);
    writeTexts(bed, { ours, "hand-rolled": theirs });
    return toRows(ours, theirs);
  },
};

/** Per job. */
type Work = {
  statements: number;
  roundTrips: number;
  walBytes: number;
  redis: RedisCounts | null;
  texts: [string, number][];
};

async function countOurs(bed: Bed, customer: Customer): Promise<Work> {
  const { counter, url, direct } = await openCountedDatabase(bed, "work_ours");
  const database = { url, ...(await prepareDatabase(direct)) };
  const darkroom = await startDarkroom(bed, { name: "work", processes: ["api", "worker"], database });
  const counted = await countJobs(bed, counter, await ourRun({ ...darkroom, databaseUrl: direct }, customer));
  await darkroom.stop();
  counter.close();
  return counted;
}

async function countHandRolled(bed: Bed, customer: Customer): Promise<Work> {
  const { counter, url } = await openCountedDatabase(bed, "work_theirs");
  const handRolled = await startHandRolled(bed, { worker: true, customerUrl: customer.url, databaseUrl: url });
  const run = async (count: number) => {
    const request = (index: number) => plainJob("/jobs", index);
    const before = (await customer.count()).ids;
    await sendClosed({ url: handRolled.url, connections: 50, request, status: 202, count });
    const told = async () => (await customer.count()).ids - before;
    await waitForCount({ what: "hand-rolled jobs", wanted: count, count: told });
  };
  const counted = await countJobs(bed, counter, run);
  await handRolled.stop();
  counter.close();
  return counted;
}

/** The same database by two ways: one is counted. */
async function openCountedDatabase(bed: Bed, name: string) {
  const counter = await countPostgres(bed.servers.postgresPort);
  const direct = await createDatabase(bed.servers, name);
  const counted = new URL(direct);
  counted.port = String(counter.port);
  return { counter, direct, url: counted.href };
}

async function countJobs(bed: Bed, counter: PostgresCounter, run: (count: number) => Promise<unknown>): Promise<Work> {
  const jobs = sized(bed, { tiny: 5, quick: 200, full: 500 });
  const redis = bed.servers.redis ? countRedis(bed.servers.redis.url) : null;
  const measure = async (act: () => Promise<unknown>) => {
    counter.take();
    await redis?.take();
    const walBefore = await readWal(bed);
    const startedAt = performance.now();
    await act();
    const walBytes = (await readWal(bed)) - walBefore;
    return { ...counter.take(), walBytes, redis: (await redis?.take()) ?? null, ms: performance.now() - startedAt };
  };
  // Sums kept by batches and closing looks come a few seconds later, and belong to the job.
  const restMs = sized(bed, { tiny: 0, quick: 3_000, full: 5_000 });
  await run(Math.ceil(jobs / 10));
  await pause(restMs);
  const idle = await measure(() => pause(Math.max(500, restMs)));
  const busy = await measure(() => run(jobs).then(() => pause(restMs)));
  redis?.close();
  const own = (of: (counts: typeof busy) => number) => Math.max(0, of(busy) - (of(idle) * busy.ms) / idle.ms) / jobs;
  return {
    statements: own((counts) => counts.statements),
    roundTrips: own((counts) => counts.roundTrips),
    walBytes: own((counts) => counts.walBytes),
    redis: busy.redis && {
      commands: own((counts) => counts.redis?.commands ?? 0),
      roundTrips: own((counts) => counts.redis?.roundTrips ?? 0),
    },
    texts: textsPerJob(busy, idle, busy.ms / idle.ms, jobs),
  };
}

function readWal(bed: Bed): Promise<number> {
  return withClient(bed.servers.databaseUrl(), async (client) => {
    const { rows } = await client.query("select (pg_current_wal_insert_lsn() - '0/0')::float8 as bytes");
    return (rows[0] as { bytes: number }).bytes;
  });
}

function textsPerJob(busy: PostgresCounts, idle: PostgresCounts, idleShare: number, jobs: number): [string, number][] {
  const own = [...busy.texts].map(([text, count]): [string, number] => [
    text,
    (count - (idle.texts.get(text) ?? 0) * idleShare) / jobs,
  ]);
  return own.filter(([, count]) => count > 0.005).sort(([, a], [, b]) => b - a);
}

/** The list behind the figures, for whoever wants to make them smaller. */
function writeTexts(bed: Bed, sides: Record<string, Work>): void {
  const dir = join(benchDir, "results");
  mkdirSync(dir, { recursive: true });
  const lists = Object.entries(sides).flatMap(([name, { texts }]) => [
    `${name}, statements per job:`,
    ...texts.map(([text, count]) => `${count.toFixed(2).padStart(7)}  ${text}`),
    "",
  ]);
  const file = join(dir, `statements-${bed.backend}.txt`);
  writeFileSync(file, lists.join("\n"));
  bed.say(`statements per job, by text: ${file}`);
}

function toRows(ours: Work, theirs: Work): Row[] {
  const row = (name: string, unit: string, of: (work: Work) => number, target?: Target) =>
    makeRow({
      ...{ name, unit, peerName: "hand-rolled", pairs: [{ ours: of(ours), peer: of(theirs) }] },
      ...(target ? { target } : {}),
    });
  const lower = { of: "ratio", below: 1 } as const;
  const rows = [
    row("postgres-statements-per-job", "statements", ({ statements }) => statements, lower),
    row("postgres-round-trips-per-job", "round trips", ({ roundTrips }) => roundTrips, lower),
    row("postgres-wal-per-job", "KB", ({ walBytes }) => walBytes / 1000),
  ];
  if (!ours.redis || !theirs.redis) return rows;
  return [
    ...rows,
    row("redis-commands-per-job", "commands", ({ redis }) => redis?.commands ?? Number.NaN, lower),
    row("redis-round-trips-per-job", "round trips", ({ redis }) => redis?.roundTrips ?? Number.NaN, lower),
  ];
}
