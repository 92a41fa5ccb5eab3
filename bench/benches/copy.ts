import { openQueueBackend } from "@darkroom/core/queues/backend";
import { createDoorbell } from "@darkroom/core/queues/doorbell";
import { type Bed, sized } from "../bed.ts";
import { darkroomBatch } from "../load/job-requests.ts";
import { sendClosed } from "../load/send-load.ts";
import { makeRow, type Pair, type Row } from "../row.ts";
import { withClient } from "../stack/databases.ts";
import { setFal } from "../stack/fal-control.ts";
import { type Darkroom, startDarkroom } from "../stack/start-darkroom.ts";
import { startPeer } from "../stack/start-peer.ts";
import { waitForCount } from "../stack/wait-for-count.ts";
import { watchCpu } from "../stack/watch-cpu.ts";
import { watchMemory } from "../stack/watch-memory.ts";
import { type Bench, inTurns } from "./bench.ts";

const copiesAtOnce = 20;

type Copied = { megabytesPerSecond: number; grownMegabytes: number; cpuOwn: number; cpuAround: number };

export const copy: Bench = {
  name: "copy",
  rows: ["copy-vs-floor", "copy-rss", "copy-cpu-worker", "copy-cpu-around"],
  backends: "each",
  run: async (bed) => {
    const imageBytes = sized(bed, { tiny: 1_000_000, quick: 10_000_000, full: 30_000_000 });
    await setFal(bed.servers, { generationMs: 0, imageBytes });
    const env = { WORKER_CONCURRENCY: String(copiesAtOnce) };
    const darkroom = await startDarkroom(bed, { name: "copy", processes: ["api", "worker"], env });
    const floor = await startPeer(bed, "copy-floor");
    const rounds: Round[] = [];
    for (let round = -1; round < bed.rounds; round += 1) {
      // It forgets the picture of the round before, too.
      await bed.servers.clear();
      const url = await makePicture(bed);
      const measured = { ours: () => copyOurs(bed, darkroom, url), floor: () => copyFloor(bed, floor, url) };
      const copied = await inTurns(round + 1, measured);
      // The first one warms up.
      if (round >= 0) rounds.push(copied);
    }
    return toRows(rounds);
  },
};

type Round = Record<"ours" | "floor", Copied>;

function toRows(rounds: readonly Round[]): Row[] {
  const pairs = (of: keyof Copied): Pair[] => rounds.map(({ ours, floor }) => ({ ours: ours[of], peer: floor[of] }));
  const peerName = "stream to PutObject";
  return [
    makeRow({
      ...{ name: "copy-vs-floor", unit: "MB/s", pairs: pairs("megabytesPerSecond"), peerName },
      target: { of: "ratio", least: 0.8 },
    }),
    makeRow({
      ...{ name: "copy-rss", unit: "MB", pairs: pairs("grownMegabytes"), peerName },
      target: { of: "ours", most: 150 },
    }),
    makeRow({ name: "copy-cpu-worker", unit: "ms CPU/MB", pairs: pairs("cpuOwn"), peerName }),
    makeRow({ name: "copy-cpu-around", unit: "ms CPU/MB", pairs: pairs("cpuAround"), peerName }),
  ];
}

/** One picture at fal; everybody copies it. */
async function makePicture({ servers: { fal } }: Bed): Promise<string> {
  const reply = await fetch(`${fal.url}/fal.run/fal-ai/z-image/turbo`, {
    method: "POST",
    headers: { authorization: `Key ${fal.key}`, "content-type": "application/json" },
    body: JSON.stringify({ prompt: "a large harbour" }),
  });
  const { images } = (await reply.json()) as { images: { url: string }[] };
  const [image] = images;
  if (!image) throw new Error("The emulator made no picture.");
  return image.url;
}

async function copyFloor(bed: Bed, floor: { url: string; pid: number }, url: string): Promise<Copied> {
  const memory = await watchMemory(floor.pid);
  const order = { method: "POST", body: JSON.stringify({ url, count: copiesAtOnce }) };
  const run = async () => (await fetch(`${floor.url}/run`, order)).json() as Promise<Amount>;
  const { value, cpuMs } = await watchCpu({ own: [floor.pid], around: bed.servers.pids.around }, run);
  return { ...toCopied(value, cpuMs), grownMegabytes: await memory.grownMegabytes() };
}

type Amount = { bytes: number; seconds: number };

function toCopied({ bytes, seconds }: Amount, cpuMs: Record<"own" | "around", number>) {
  const megabytes = bytes / 1e6;
  return {
    megabytesPerSecond: megabytes / seconds,
    cpuOwn: cpuMs.own / megabytes,
    cpuAround: cpuMs.around / megabytes,
  };
}

/** Rings for jobs whose images are waiting at fal, and waits until all are stored and verified. */
async function copyOurs(bed: Bed, darkroom: Darkroom, url: string): Promise<Copied> {
  const ids = await makeCopying(darkroom, url);
  const { ring, close } = await openDoorbell(darkroom);
  const memory = await watchMemory(darkroom.pid("worker"));
  const run = async (): Promise<Amount> => {
    const startedAt = performance.now();
    await ring(ids);
    await waitForCount({ what: "copies", wanted: ids.length, count: () => storedCount(darkroom, ids) });
    const seconds = (performance.now() - startedAt) / 1000;
    return { bytes: await storedBytes(darkroom, ids), seconds };
  };
  try {
    return await darkroom.during(async () => {
      const parts = { own: [darkroom.pid("worker")], around: bed.servers.pids.around };
      const { value, cpuMs } = await watchCpu(parts, run);
      return { ...toCopied(value, cpuMs), grownMegabytes: await memory.grownMegabytes() };
    });
  } finally {
    await close();
  }
}

async function openDoorbell({ env }: Darkroom) {
  const backend = await openQueueBackend({
    REDIS_URL: env.REDIS_URL,
    DATABASE_URL: env.DATABASE_URL ?? "",
    QUEUE_PREFIX: env.QUEUE_PREFIX ?? "",
  });
  const log = { warn: (line: unknown) => process.stderr.write(`${JSON.stringify(line)}\n`) };
  const clock = { now: () => new Date() };
  const doorbell = createDoorbell(backend, { clock, log: log as never, onFailure: () => {} });
  return {
    ring: (ids: string[]) => doorbell.ring(ids.map((id) => ({ kind: "copy-output", id, dueAt: new Date() }))),
    close: async () => {
      await doorbell.close();
      await backend.close();
    },
  };
}

/**
 * Real jobs, put where their copy begins. The sweep gives a due row a second before it rings itself: we ring before that.
 */
async function makeCopying(darkroom: Darkroom, url: string): Promise<string[]> {
  const later = { run_at: new Date(Date.now() + 3_600_000).toISOString() };
  const request = () => darkroomBatch(darkroom, copiesAtOnce, later);
  await sendClosed({ url: darkroom.url, connections: 1, request, status: 202, count: 1 });
  return withClient(darkroom.databaseUrl, async (client) => {
    const { rows } = await client.query(generateAll, [url]);
    return (rows as { id: string }[]).map(({ id }) => id);
  });
}

const generateAll = `
  with moved as (
    update jobs set state = 'copying', attempt = 1, queue_at = null, sent_at = now(), submitted_at = now(), generated_at = now(),
      cost_micros = reserved_micros, due_at = now() where state = 'queued' returning id, tenant_id
  ), attempt as (
    insert into attempts (id, job_id, number, token, request_id, outcome, created_at, sent_at, accepted_at)
    select 'att' || substr(id, 4), id, 1, md5(id), md5(id), 'accepted', now(), now(), now() from moved
  )
  insert into outputs (id, job_id, tenant_id, index, source_url, created_at)
  select 'out' || substr(id, 4), id, tenant_id, 0, $1, now() from moved returning job_id as id`;

async function storedCount(darkroom: Darkroom, ids: string[]): Promise<number> {
  return (await readStored(darkroom, ids)).count;
}

async function storedBytes(darkroom: Darkroom, ids: string[]): Promise<number> {
  return (await readStored(darkroom, ids)).bytes;
}

function readStored(darkroom: Darkroom, ids: string[]): Promise<{ count: number; bytes: number }> {
  return withClient(darkroom.databaseUrl, async (client) => {
    const { rows } = await client.query(
      `select count(*)::int as count, coalesce(sum(o.bytes), 0)::float8 as bytes
       from outputs o join jobs j on j.id = o.job_id where j.id = any($1) and j.state = 'succeeded'`,
      [ids],
    );
    return rows[0] as { count: number; bytes: number };
  });
}
