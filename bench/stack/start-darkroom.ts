import { appChild } from "@darkroom/local/app-child";
import type { Child } from "@darkroom/local/child";
import { builtEntries } from "@darkroom/local/entries";
import { pickPort } from "@darkroom/local/pick-port";
import type { Bed } from "../bed.ts";
import type { ProfiledProcess } from "../read-options.ts";
import { createDatabase, prepareDatabase } from "./databases.ts";

export type Darkroom = {
  url: string;
  apiKey: string;
  tenantId: string;
  databaseUrl: string;
  env: Record<string, string>;
  pid(name: ProfiledProcess): number;
  /** Measures something that our processes do, profiled if that was asked for. */
  during<Value>(act: () => Promise<Value>): Promise<Value>;
  start(name: ProfiledProcess): Promise<void>;
  stop(name?: ProfiledProcess): Promise<void>;
};

export type DarkroomOptions = {
  name: string;
  processes: readonly ProfiledProcess[];
  /** Beyond what every bench has. */
  env?: Record<string, string>;
  /** One that exists and is migrated; left out, a new one. */
  database?: { url: string; tenantId: string; apiKey: string };
};

/** As many as the emulator runs at once. */
export const slots = 40;

/** Built api and worker on a database of their own, with everything on that production has on: logs, limits, signatures, ledger. */
export async function startDarkroom(bed: Bed, options: DarkroomOptions): Promise<Darkroom> {
  const database = options.database ?? (await makeDatabase(bed, options.name));
  const [apiPort, workerPort] = await Promise.all([pickPort(), pickPort()]);
  const env = { ...appEnv(bed, database.url, apiPort, workerPort), ...options.env };
  const children = new Map<ProfiledProcess, Child>();
  const start = async (name: ProfiledProcess) => {
    const spec = appChild(name, builtEntries[name], { ...env, ...bed.profiler.env(name) });
    children.set(name, await bed.servers.start({ ...spec, name: `${options.name} ${name}` }));
  };
  const pid = (name: ProfiledProcess) => children.get(name)?.pid ?? -1;
  for (const name of options.processes) await start(name);
  return {
    url: `http://127.0.0.1:${apiPort}`,
    apiKey: database.apiKey,
    tenantId: database.tenantId,
    databaseUrl: database.url,
    ...{ env, pid, start },
    during: (act) => bed.profiler.during(Object.fromEntries([...children].map(([name, { pid }]) => [name, pid])), act),
    stop: async (name) => {
      const ending = [...children].filter(([each]) => name === undefined || each === name);
      await Promise.all(ending.map(([each, child]) => child.stop().then(() => children.delete(each))));
    },
  };
}

async function makeDatabase(bed: Bed, name: string) {
  const url = await createDatabase(bed.servers, `darkroom_${name}`);
  return { url, ...(await prepareDatabase(url)) };
}

let installs = 0;

function appEnv({ servers }: Bed, databaseUrl: string, apiPort: number, workerPort: number): Record<string, string> {
  installs += 1;
  return {
    PATH: process.env.PATH ?? "",
    NODE_ENV: "production",
    HOST: "127.0.0.1",
    PORT: String(apiPort),
    WORKER_PORT: String(workerPort),
    PUBLIC_URL: `http://127.0.0.1:${apiPort}`,
    DARKROOM_SECRET: "a secret of the bench, long enough to be taken",
    DATABASE_URL: databaseUrl,
    ...(servers.redis ? { REDIS_URL: servers.redis.url, QUEUE_PREFIX: `bench${installs}` } : {}),
    S3_ENDPOINT: servers.s3.endpoint,
    S3_REGION: servers.s3.region,
    S3_BUCKET: servers.s3.bucket,
    S3_ACCESS_KEY_ID: servers.s3.access_key_id,
    S3_SECRET_ACCESS_KEY: servers.s3.secret_access_key,
    FAL_KEY: servers.fal.key,
    FAL_BASE_URL: servers.fal.url,
    FAL_MAX_IN_FLIGHT: String(slots),
    FAL_OVER_COMMIT: "4",
    // The default of 20 guards an account; here it would be the one thing measured.
    FAL_SUBMITS_PER_SECOND: "1000",
    // Counted as in production, and never reached.
    RATE_LIMIT_PER_MINUTE: "10000000",
    TENANT_RATE_LIMIT_PER_MINUTE: "10000000",
    EGRESS_ALLOW_CIDRS: "127.0.0.0/8",
    EGRESS_ALLOW_HTTP: "true",
    SHUTDOWN_GRACE_MS: "2000",
  };
}
