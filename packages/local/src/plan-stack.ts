/** The user's environment, with empty variables taken as unset (as core/env.ts does). */
export type GivenEnv = Record<string, string>;

export type StackPlan = {
  postgres: "embedded" | "given";
  queue: "postgres" | "redis";
  objectStore: "embedded" | "given";
  fal: "emulator" | "given";
  /** "polling" when fal has no address to call back to. */
  results: "webhook" | "polling";
};

export function givenEnv(source: Record<string, string | undefined>): GivenEnv {
  const entries = Object.entries(source).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return Object.fromEntries(entries);
}

/** Each embedded part gives way to a real one that the environment names. */
export function planStack(given: GivenEnv): StackPlan {
  const fal = given.FAL_KEY || given.FAL_BASE_URL ? "given" : "emulator";
  return {
    postgres: given.DATABASE_URL ? "given" : "embedded",
    queue: given.REDIS_URL ? "redis" : "postgres",
    // On AWS there is a bucket and no endpoint.
    objectStore: given.S3_BUCKET || given.S3_ENDPOINT ? "given" : "embedded",
    fal,
    results: fal === "emulator" || given.PUBLIC_URL ? "webhook" : "polling",
  };
}

/** Addresses of the parts that run here; a part that is given has none. */
export type EmbeddedParts = {
  databaseUrl?: string;
  s3?: { endpoint: string; region: string; bucket: string; access_key_id: string; secret_access_key: string };
  falBaseUrl?: string;
};

export type AppSecrets = { darkroom_secret: string; fal_key: string; admin_password: string };

export const adminEmail = "admin@darkroom.local";
/** A laptop's Ctrl-C should not take the 25 s that a server may. */
const shutdownGraceMs = 10_000;

/** What api, worker and CLI run with. The user's own environment wins over everything here. */
export function appEnv(options: {
  given: GivenEnv;
  plan: StackPlan;
  parts: EmbeddedParts;
  secrets: AppSecrets;
  ports: { api: number; worker: number };
}): Record<string, string> {
  const { given, plan, parts, secrets, ports } = options;
  const defaults: Record<string, string> = {
    HOST: "127.0.0.1",
    WORKER_PORT: String(ports.worker),
    DARKROOM_SECRET: secrets.darkroom_secret,
    ADMIN_EMAIL: adminEmail,
    ADMIN_PASSWORD: secrets.admin_password,
    SHUTDOWN_GRACE_MS: String(shutdownGraceMs),
    ...(parts.databaseUrl && { DATABASE_URL: parts.databaseUrl }),
    ...(parts.s3 && s3Env(parts.s3)),
    ...(plan.fal === "emulator" && falEnv(parts.falBaseUrl ?? "", secrets.fal_key, ports.api)),
    ...(opensLocalNetwork(given) && localNetworkEnv),
  };
  return { ...defaults, ...given, PORT: String(ports.api) };
}

function s3Env(s3: NonNullable<EmbeddedParts["s3"]>): Record<string, string> {
  return {
    S3_ENDPOINT: s3.endpoint,
    S3_REGION: s3.region,
    S3_BUCKET: s3.bucket,
    S3_ACCESS_KEY_ID: s3.access_key_id,
    S3_SECRET_ACCESS_KEY: s3.secret_access_key,
    S3_CREATE_BUCKET: "true",
  };
}

function falEnv(falBaseUrl: string, falKey: string, apiPort: number): Record<string, string> {
  return { FAL_KEY: falKey, FAL_BASE_URL: falBaseUrl, PUBLIC_URL: `http://127.0.0.1:${apiPort}` };
}

/**
 * Webhook endpoints and pictures on this machine may be used, which production forbids (SSRF): only while nobody else can
 * reach the API.
 */
export function opensLocalNetwork(given: GivenEnv): boolean {
  return ["127.0.0.1", "::1", "localhost"].includes(given.HOST ?? "127.0.0.1");
}

const localNetworkEnv = { EGRESS_ALLOW_CIDRS: "127.0.0.0/8,::1/128", EGRESS_ALLOW_HTTP: "true" };
