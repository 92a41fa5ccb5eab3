import type { TimelineEntry } from "@darkroom/contract/timeline";
import type { Context } from "@darkroom/core/context";
import { readNewEntries } from "@darkroom/core/jobs/read-timeline";

/** Somebody who reads a job's timeline as it grows. */
export type Reader = {
  jobId: string;
  /** The last entry they have. */
  seq: number;
  /** False while they cannot take more: then they are passed over, and lose nothing. */
  ready(): boolean;
  take(entries: TimelineEntry[]): void;
  /** Called about every 15 s, so that proxies see a live connection. */
  ping(): void;
  /** Called once, when this process stops. */
  stop(): void;
};

/** Reads new entries for everybody who follows a job through this process: one query a tick, however many they are. */
export type JobStreams = {
  /** Begins to serve a reader; the returned function ends it. */
  follow(reader: Reader): () => void;
};

/** How late a reader may learn of something. Shorter would be felt by nobody and cost a query each. */
const tickMs = 250;
const pingMs = 15_000;

export function createJobStreams(context: Pick<Context, "db" | "log">, stopping: AbortSignal): JobStreams {
  const readers = new Set<Reader>();
  let ticking = false;
  let pingTimer: NodeJS.Timeout | null = null;

  const tick = async () => {
    const ready = [...readers].filter((reader) => reader.ready());
    if (ready.length > 0) await deliver(context, ready, readers);
    ticking = readers.size > 0;
    if (ticking) setTimeout(() => void tick(), tickMs);
  };
  const start = () => {
    if (!ticking) {
      ticking = true;
      void tick();
    }
    pingTimer ??= setInterval(() => {
      for (const reader of readers) reader.ping();
    }, pingMs);
  };
  const leave = (reader: Reader) => {
    readers.delete(reader);
    if (readers.size > 0 || !pingTimer) return;
    clearInterval(pingTimer);
    pingTimer = null;
  };
  stopping.addEventListener("abort", () => {
    for (const reader of [...readers]) reader.stop();
  });
  return {
    follow: (reader) => {
      readers.add(reader);
      start();
      return () => leave(reader);
    },
  };
}

/** A tick that fails is made up for by the next one. */
async function deliver(context: Pick<Context, "db" | "log">, ready: Reader[], readers: Set<Reader>): Promise<void> {
  try {
    const batches = ready.map((): TimelineEntry[] => []);
    for (const { follower, entry } of await readNewEntries(context.db, ready)) batches[follower]?.push(entry);
    for (const [index, reader] of ready.entries()) {
      const batch = batches[index] ?? [];
      const last = batch.at(-1);
      // Whoever left while the query ran is not served any more.
      if (!last || !readers.has(reader)) continue;
      reader.seq = last.seq;
      reader.take(batch);
    }
  } catch (error) {
    context.log.warn({ readers: ready.length, err: error }, "job streams could not be read");
  }
}
