import { Redis } from "ioredis";

export type RedisCounts = {
  /** Executed by Redis, those of scripts included. */
  commands: number;
  /** Reads from sockets: what is pipelined comes as one. */
  roundTrips: number;
};

export type RedisCounter = { take(): Promise<RedisCounts>; close(): void };

/** Counts what Redis does, from its own statistics. `take` answers the counts since it was last called. */
export function countRedis(url: string): RedisCounter {
  const redis = new Redis(url);
  let before: RedisCounts = { commands: 0, roundTrips: 0 };
  const read = async (): Promise<RedisCounts> => {
    const calls = [...(await redis.info("commandstats")).matchAll(/:calls=(\d+)/g)].map(([, count]) => Number(count));
    const reads = /total_reads_processed:(\d+)/.exec(await redis.info("stats"))?.[1];
    return { commands: calls.reduce((sum, count) => sum + count, 0), roundTrips: Number(reads) };
  };
  return {
    take: async () => {
      const now = await read();
      const taken = { commands: now.commands - before.commands, roundTrips: now.roundTrips - before.roundTrips };
      before = now;
      return taken;
    },
    close: () => redis.disconnect(),
  };
}
