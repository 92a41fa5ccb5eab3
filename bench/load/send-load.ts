import { setTimeout as pause } from "node:timers/promises";
import { type Dispatcher, Pool } from "undici";

export type LoadRequest = {
  path: string;
  method: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string | Buffer;
};

/** What came of a load: how many were answered, how fast, and how long each took. */
export type LoadResult = { count: number; perSecond: number; times: number[] };

type Target = {
  url: string;
  connections: number;
  request(index: number): LoadRequest;
  /** The status every answer must have: a fast refusal is no result. */
  status: number;
};

/** Keeps every connection busy: the next request goes out when the answer to the last is in. Until `ms` have passed, or `count`. */
export async function sendClosed(target: Target & ({ ms: number } | { count: number })): Promise<LoadResult> {
  const pool = openPool(target);
  const startedAt = performance.now();
  const times: number[] = [];
  let begun = 0;
  const goesOn = () => ("ms" in target ? performance.now() - startedAt < target.ms : begun < target.count);
  const lane = async () => {
    while (goesOn()) {
      begun += 1;
      const sentAt = performance.now();
      await send(pool, target, begun);
      times.push(performance.now() - sentAt);
    }
  };
  try {
    await Promise.all(Array.from({ length: target.connections }, lane));
    return { count: times.length, perSecond: (times.length * 1000) / (performance.now() - startedAt), times };
  } finally {
    await pool.destroy();
  }
}

/**
 * Sends at a steady rate whatever the answers do, and counts each from when it should have left: a server that falls behind
 * cannot hide it by being asked less.
 */
export async function sendOpen(target: Target & { perSecond: number; count: number }): Promise<LoadResult> {
  const pool = openPool(target);
  const startedAt = performance.now();
  const times: number[] = [];
  const sending: Promise<void>[] = [];
  const sendOne = async (index: number) => {
    await send(pool, target, index);
    times.push(performance.now() - startedAt - ((index - 1) * 1000) / target.perSecond);
  };
  try {
    while (sending.length < target.count) {
      const due = Math.min(target.count, 1 + Math.floor(((performance.now() - startedAt) * target.perSecond) / 1000));
      while (sending.length < due) sending.push(sendOne(sending.length + 1));
      await pause(1);
    }
    await Promise.all(sending);
    return { count: times.length, perSecond: (times.length * 1000) / (performance.now() - startedAt), times };
  } finally {
    await pool.destroy();
  }
}

function openPool({ url, connections }: Target): Pool {
  return new Pool(url, { connections, pipelining: 1, headersTimeout: 60_000, bodyTimeout: 60_000 });
}

async function send(pool: Dispatcher, target: Target, index: number): Promise<void> {
  const { statusCode, body } = await pool.request(target.request(index));
  if (statusCode === target.status) return body.dump({ limit: 100_000_000 });
  throw new Error(`${target.url} answered ${statusCode}: ${(await body.text()).slice(0, 500)}`);
}
