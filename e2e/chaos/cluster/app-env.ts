import { objectStoreAccess } from "@darkroom/local/start-object-store";
import { postgresUrl } from "@darkroom/local/start-postgres";
import type { Backend, ProcessName, ServerName } from "../plan/plan-faults.ts";

/** Short times for everything that waits, so that a run of minutes sees what happens to an install in days. */
const quickTimes = {
  FAL_SUBMIT_TIMEOUT_MS: "5000",
  FAL_REQUEST_TIMEOUT_MS: "5000",
  FAL_UNKNOWN_SUBMIT_LEASE_MS: "25000",
  COPY_TIMEOUT_MS: "10000",
  SHUTDOWN_GRACE_MS: "5000",
  S3_INTAKE_TIMEOUT_MS: "5000",
  DELIVERY_TIMEOUT_MS: "2000",
  DELIVERY_RETRY_SECONDS: "0,1,1,2,2,3,3,5,5,5,5,10,10,10,10,10,10,10,10,10",
};

export const slots = 40;

export type AppAddresses = {
  backend: Backend;
  password: string;
  falKey: string;
  secret: string;
  publicPort: number;
  /** Port of the link that leads this process to that server. */
  linkPort(process: ProcessName, server: ServerName): number;
  appPort(process: ProcessName): number;
};

/** What one of our processes runs with: nothing but ordinary settings, every address that of a link of its own. */
export function appEnv(process: ProcessName, at: AppAddresses, skewMs: number): Record<string, string> {
  const s3 = objectStoreAccess(at.linkPort(process, "s3"));
  return {
    ...quickTimes,
    ...ports(process, at),
    PATH: globalThis.process.env.PATH ?? "",
    LOG_LEVEL: "info",
    HOST: "127.0.0.1",
    PUBLIC_URL: `http://127.0.0.1:${at.publicPort}`,
    DARKROOM_SECRET: at.secret,
    DATABASE_URL: postgresUrl({ port: at.linkPort(process, "postgres"), password: at.password }),
    ...(at.backend === "redis" ? { REDIS_URL: `redis://127.0.0.1:${at.linkPort(process, "redis")}` } : {}),
    S3_ENDPOINT: s3.endpoint,
    S3_REGION: s3.region,
    S3_BUCKET: s3.bucket,
    S3_ACCESS_KEY_ID: s3.access_key_id,
    S3_SECRET_ACCESS_KEY: s3.secret_access_key,
    FAL_KEY: at.falKey,
    FAL_BASE_URL: `http://127.0.0.1:${at.linkPort(process, "fal")}`,
    FAL_MAX_IN_FLIGHT: String(slots),
    // High, so that after a few 429s, which halve it each time, there is still some speed left.
    FAL_SUBMITS_PER_SECOND: "200",
    EGRESS_ALLOW_CIDRS: "127.0.0.0/8",
    EGRESS_ALLOW_HTTP: "true",
    RATE_LIMIT_PER_MINUTE: "1000000",
    TENANT_RATE_LIMIT_PER_MINUTE: "1000000",
    ...(skewMs === 0 ? {} : skewed(skewMs)),
  };
}

function ports(process: ProcessName, at: AppAddresses): Record<string, string> {
  const port = String(at.appPort(process));
  return process.startsWith("api") ? { PORT: port } : { WORKER_PORT: port };
}

/** The module lies beside the sources; the compiled suite is one folder deeper (dist/cluster). */
function skewed(skewMs: number): Record<string, string> {
  const beside = new URL("shift-clock.mjs", import.meta.url);
  const file = beside.pathname.includes("/dist/") ? new URL("../../cluster/shift-clock.mjs", import.meta.url) : beside;
  return { NODE_OPTIONS: `--import=${file.href}?ms=${skewMs}` };
}
