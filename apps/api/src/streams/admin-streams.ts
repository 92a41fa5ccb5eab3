import type { StreamEvent, StreamEventName } from "@darkroom/contract/admin/stream";
import { toJobItem } from "@darkroom/core/admin/job-item";
import { readJobItems } from "@darkroom/core/admin/read-job-items";
import { readNow } from "@darkroom/core/admin/read-now";
import { lowWaterOf, readTail, startTail, type Tail } from "@darkroom/core/admin/timeline-tail";
import { readOldestJobAt } from "@darkroom/core/bulk/read-oldest-job";
import { toWireBulk } from "@darkroom/core/bulk/to-wire";
import type { Context } from "@darkroom/core/context";
import { roomLimits } from "@darkroom/core/dispatch/room-limits";

/** Somebody whose dashboard is open. */
export type Viewer = {
  /** `id`: for events that can be resumed. */
  send<Name extends StreamEventName>(event: Name, data: StreamEvent<Name>, id?: number): void;
  ping(): void;
  /** Whether they may still look; asked every ten seconds. */
  isAllowed(): Promise<boolean>;
  end(reason: "session_ended" | "stopping"): void;
};

/** Reads what happens once for all who look, and only while somebody does. */
export type AdminStreams = {
  /** Begins to serve a viewer; `leave` ends it. Whatever is committed after `begun` is told of. */
  follow(viewer: Viewer): { begun: Promise<void>; leave: () => void };
};

/** Jobs are told of at most twice a second: nobody can follow more. */
const tickMs = 500;
/** Every fourth tick tells the present counts, every twentieth asks whether viewers may still look, every thirtieth pings. */
const nowTicks = 4;
const allowTicks = 20;
const pingTicks = 30;
/** Jobs told of at once. */
const jobsMax = 200;

type Means = Pick<Context, "reads" | "log" | "clock" | "env">;
type Watch = {
  viewers: Set<Viewer>;
  tail: Tail | null;
  /** Told when the tail has begun. */
  awaiting: (() => void)[];
  ticks: number;
  bulksSeenAt: Date;
};

export function createAdminStreams(context: Means, stopping: AbortSignal): AdminStreams {
  const watch: Watch = {
    viewers: new Set(),
    tail: null,
    awaiting: [],
    ticks: 0,
    bulksSeenAt: context.clock.now(),
  };
  let ticking = false;

  const tick = async () => {
    try {
      await look(context, watch);
    } catch (error) {
      context.log.warn({ err: error }, "the dashboard's stream could not be read");
    }
    ticking = watch.viewers.size > 0 && !stopping.aborted;
    if (ticking) setTimeout(() => void tick(), tickMs);
    else watch.tail = null;
  };
  stopping.addEventListener("abort", () => {
    for (const viewer of [...watch.viewers]) viewer.end("stopping");
  });
  return {
    follow: (viewer) => {
      watch.viewers.add(viewer);
      const begun = watch.tail ? Promise.resolve() : new Promise<void>((resolve) => watch.awaiting.push(resolve));
      if (!ticking) {
        ticking = true;
        watch.ticks = 0;
        watch.bulksSeenAt = context.clock.now();
        void tick();
      }
      return { begun, leave: () => void watch.viewers.delete(viewer) };
    },
  };
}

/** One tick. A viewer that is slow takes what there is when it can (`send` sees to it); nobody waits for it. */
async function look(context: Means, watch: Watch): Promise<void> {
  const { ticks } = watch;
  watch.ticks += 1;
  await tellJobs(context, watch);
  if (ticks % nowTicks === 0) {
    const now = await readNow(context.reads, roomLimits(context.env), context.clock.now());
    for (const viewer of watch.viewers) viewer.send("now", now);
    await tellBulks(context, watch);
  }
  if (ticks % allowTicks === allowTicks - 1) await dismiss(watch);
  if (ticks % pingTicks === pingTicks - 1) for (const viewer of watch.viewers) viewer.ping();
}

async function tellJobs({ reads }: Means, watch: Watch): Promise<void> {
  // Monotonic: a clock that is set back must not make gaps young again.
  const nowMs = performance.now();
  watch.tail ??= await startTail(reads, nowMs);
  for (const begun of watch.awaiting.splice(0)) begun();
  const entries = await readTail(reads, watch.tail, nowMs);
  if (entries.length === 0) return;
  const ids = [...new Set(entries.map(({ jobId }) => jobId))];
  const rows = await readJobItems(reads, ids.slice(-jobsMax));
  const jobs = rows.map((row) => toJobItem(row, { payloads: false }));
  const id = lowWaterOf(watch.tail);
  for (const viewer of watch.viewers) viewer.send("jobs", { jobs, more: ids.length > jobsMax }, id);
}

/** Bulk operations that go on, and those that ended since the last look. */
async function tellBulks({ reads, clock }: Means, watch: Watch): Promise<void> {
  const since = watch.bulksSeenAt;
  watch.bulksSeenAt = clock.now();
  const rows = await reads.bulkOperation.findMany({
    where: { OR: [{ state: "running" }, { finishedAt: { gte: since } }] },
    orderBy: { id: "desc" },
    take: 20,
  });
  if (rows.length === 0) return;
  const oldestAt = await readOldestJobAt(reads);
  for (const row of rows) {
    const bulk = toWireBulk(row, { oldestAt, payloads: false });
    for (const viewer of watch.viewers) viewer.send("bulk", bulk);
  }
}

async function dismiss({ viewers }: Watch): Promise<void> {
  for (const viewer of [...viewers]) if (!(await viewer.isAllowed())) viewer.end("session_ended");
}
