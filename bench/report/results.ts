import { createRequire } from "node:module";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { Redis } from "ioredis";
import type { Backend, Bed } from "../bed.ts";
import type { Row } from "../row.ts";
import { withClient } from "../stack/databases.ts";

/** What `results/latest.json` holds. */
export type Results = {
  machine: { cpu: string; cores: number; memory_gib: number; system: string };
  versions: Record<string, string>;
  backend: Backend | "both";
  date: string;
  rows: Row[];
};

/** Well above 0: other programs had a share of every figure. */
const loadBefore = loadavg()[0] ?? 0;

/** Where a run took place, and with what. `settings` says how much was done, and whether the machine had other work. */
export async function describeRun(
  bed: Bed,
  backends: readonly Backend[],
): Promise<Pick<Results, "machine" | "versions">> {
  return {
    machine: {
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      cores: cpus().length,
      memory_gib: Math.round(totalmem() / 2 ** 30),
      system: `${type()} ${release()}`,
    },
    versions: {
      node: process.versions.node,
      postgres: await postgresVersion(bed),
      ...(bed.servers.redis ? { redis: await redisVersion(bed.servers.redis.url) } : {}),
      ...packageVersions([
        "express",
        "bullmq",
        "@prisma/client",
        "pg",
        "undici",
        "@fal-ai/client",
        "@aws-sdk/client-s3",
      ]),
      settings: `${bed.size}, ${bed.rounds} rounds, queue on ${backends.join(" and ")}; load average ${loadBefore.toFixed(1)} before; Postgres: ${await durability(bed)}`,
    },
  };
}

function packageVersions(names: readonly string[]): Record<string, string> {
  const require = createRequire(import.meta.url);
  const versionOf = (name: string) => {
    const paths = require.resolve.paths(name) ?? [];
    for (const path of paths) {
      try {
        return (require(`${path}/${name}/package.json`) as { version: string }).version;
      } catch {
        // Not here: one folder up.
      }
    }
    return "unknown";
  };
  return Object.fromEntries(names.map((name) => [name.replace(/^@prisma\/client$/, "prisma"), versionOf(name)]));
}

async function postgresVersion(bed: Bed): Promise<string> {
  return (await show(bed, ["server_version"])).server_version ?? "unknown";
}

async function durability(bed: Bed): Promise<string> {
  const names = ["fsync", "synchronous_commit", "full_page_writes", "shared_buffers"];
  const shown = await show(bed, names);
  return names.map((name) => `${name} ${shown[name]}`).join(", ");
}

function show(bed: Bed, names: readonly string[]): Promise<Record<string, string>> {
  return withClient(bed.servers.databaseUrl(), async (client) => {
    const { rows } = await client.query(
      "select name, current_setting(name) as value from pg_settings where name = any($1)",
      [names],
    );
    return Object.fromEntries((rows as { name: string; value: string }[]).map(({ name, value }) => [name, value]));
  });
}

async function redisVersion(url: string): Promise<string> {
  const redis = new Redis(url);
  const info = await redis.info("server");
  redis.disconnect();
  return /redis_version:(\S+)/.exec(info)?.[1] ?? "unknown";
}
