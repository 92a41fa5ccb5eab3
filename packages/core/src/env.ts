import { z } from "zod";
import { loadModels } from "./models.ts";

/**
 * Every setting of api, worker and CLI, in one schema: validated at boot, all errors listed at once, each with its remedy.
 * `.env.example` and docs/configuration.md are compared with this file by a test. `meta.remedy` is what a person should do.
 */
const bool = z.enum(["true", "false", "1", "0"]).transform((text) => text === "true" || text === "1");
const port = z.coerce.number().int().min(0).max(65_535);
const count = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const httpUrl = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ""));
const list = z.string().transform((text) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean),
);
const seconds = list
  .transform((parts) => parts.map(Number))
  // Five days: every delivery is final before its event may be deleted.
  .refine(
    (pauses) => pauses.length >= 1 && pauses.length <= 20 && pauses.reduce((sum, pause) => sum + pause, 0) <= 432_000,
  )
  .refine((pauses) => pauses.every((pause) => Number.isInteger(pause) && pause >= 0));
const modelSlots = z.string().transform((text, context): Record<string, number> => {
  const parsed = z.record(z.string(), z.int().min(1).max(10_000)).safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  context.addIssue({ code: "custom", message: "is not a JSON object from model id to a whole number from 1" });
  return z.NEVER;
});

export const envSchema = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).meta({
    description: "Postgres, the truth. A role that may create tables (migrations run at boot, guarded by a lock).",
    remedy: "Set it to postgres://user:password@host:5432/database.",
  }),
  DATABASE_POOL_MAX: count(2, 200).default(10).meta({
    description:
      "Connections per process for the rows. Ten keep two cores busy. BullMQ on Postgres takes up to 12 more per process.",
    remedy: "Use a whole number from 2 to 200; processes × this must stay below Postgres' max_connections.",
  }),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .meta({
      description: "Redis for BullMQ (≥ 6.2, maxmemory-policy noeviction). Left out, BullMQ uses the Postgres above.",
      remedy: "Set it to redis://host:6379 or leave it out.",
    }),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,30}$/)
    .default("darkroom")
    .meta({
      description:
        "Prefix of the queue's keys in Redis, so that two installs may share a server. On Postgres the queue has its schema, bullmq.",
      remedy: "Use up to 31 of a-z, 0-9 and _, starting with a letter.",
    }),
  DARKROOM_SECRET: z.string().min(32).meta({
    description: "Root secret: links to outputs are signed, and secrets at rest encrypted, with keys derived from it.",
    remedy: "Set at least 32 random characters, e.g. `openssl rand -hex 32`, the same for every process; keep it.",
  }),
  PUBLIC_URL: httpUrl.optional().meta({
    description:
      "Where the internet (fal, browsers) reaches this API. Without it jobs are followed by polling instead of fal's webhook.",
    remedy: "Set it to an http(s) URL without path, e.g. https://images.example.com, or leave it out.",
  }),
  HOST: z.string().default("0.0.0.0").meta({ description: "Address the API binds.", remedy: "Use an IP address." }),
  PORT: port.default(4000).meta({ description: "Port of the API; 0 takes a free one.", remedy: "Use 0 to 65535." }),
  WORKER_PORT: port.default(4001).meta({
    description: "Port of the worker's own /health and /metrics; 0 takes a free one.",
    remedy: "Use 0 to 65535.",
  }),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info").meta({
    description: "Lowest level that is logged.",
    remedy: "Use fatal, error, warn, info, debug, trace or silent.",
  }),
  FAL_KEY: z
    .string()
    .regex(/^[^\s:]+:[^\s:]+$/)
    .meta({
      description: "fal API key, `<key_id>:<key_secret>`.",
      remedy: "Create one at fal.ai/dashboard/keys with scope API; both halves, joined by a colon.",
    }),
  FAL_BASE_URL: httpUrl.optional().meta({
    description:
      "Sends every call meant for https://<fal host>/<path> to <this>/<fal host>/<path>: the emulator, or a proxy.",
    remedy: "Leave it out to talk to fal itself.",
  }),
  FAL_MAX_IN_FLIGHT: count(1, 10_000).default(10).meta({
    description:
      "Slots of the fal account: jobs handed to fal and unfinished. fal starts accounts at 2 and goes to 40 (fal: concurrency limits).",
    remedy: "Use your account's concurrency limit from fal's dashboard.",
  }),
  FAL_OVER_COMMIT: count(0, 1_000).optional().meta({
    description:
      "Jobs handed to fal beyond FAL_MAX_IN_FLIGHT: they wait at fal for the moment between a result and our next submit, so that no slot idles. Left out: a tenth of FAL_MAX_IN_FLIGHT, rounded up.",
    remedy: "Use 0 to 1000; 0 to hand over not one too many.",
  }),
  FAL_MODEL_MAX_IN_FLIGHT: modelSlots.default({}).meta({
    description: "Slots per model, for models that fal limits more than the account, as a JSON object.",
    remedy: 'E.g. {"fal-ai/z-image/turbo/lora": 4}.',
  }),
  FAL_SUBMITS_PER_SECOND: z.coerce.number().min(0.1).max(1_000).optional().meta({
    description:
      "Submits per second to fal, over all workers; a quarter of them may go at once. fal publishes no figure; at a 429 all workers slow down by themselves and recover. Below FAL_MAX_IN_FLIGHT ÷ seconds of a generation, slots idle. Left out: as many as FAL_MAX_IN_FLIGHT, at least 20.",
    remedy: "Use 0.1 to 1000.",
  }),
  FAL_SUBMIT_TIMEOUT_MS: count(1_000, 120_000).default(30_000).meta({
    description: "How long a submit may take. Past it the outcome is unknown and is resolved, never sent again.",
    remedy: "Use 1000 to 120000.",
  }),
  FAL_REQUEST_TIMEOUT_MS: count(1_000, 120_000)
    .default(15_000)
    .meta({ description: "How long asking fal for a status or result may take.", remedy: "Use 1000 to 120000." }),
  FAL_UNKNOWN_SUBMIT_POLICY: z.enum(["wait", "fail", "resubmit"]).default("fail").meta({
    description:
      "What happens when the lease of a submit with unknown outcome ends: keep waiting, fail with charged=unknown, or risk paying twice.",
    remedy: "Use wait, fail or resubmit.",
  }),
  FAL_UNKNOWN_SUBMIT_LEASE_MS: count(1_000, 86_400_000).default(600_000).meta({
    description:
      "How long an unknown submit is given to show up (fal webhook or request listing) before the policy decides: minutes, not seconds.",
    remedy: "Use 1000 to 86400000.",
  }),
  FAL_ATTEMPTS_MAX: count(1, 20).default(3).meta({
    description: "Tries at fal per job before it fails; a retry by hand grants one more.",
    remedy: "Use 1 to 20.",
  }),
  FAL_INPUT_TRANSFER: z.enum(["upload", "presigned"]).default("upload").meta({
    description:
      "How stored input pictures reach fal: uploaded to fal's storage, or as a presigned link (only if fal can reach your S3).",
    remedy: "Use upload or presigned.",
  }),
  FAL_MEDIA_HOSTS: list.default(["fal.media", "*.fal.media", "storage.googleapis.com"]).meta({
    description: "Hosts that outputs may be copied from. With FAL_BASE_URL its own host is allowed too.",
    remedy: "Comma-separated host names; *.example.com covers subdomains.",
  }),
  FAL_JWKS_URL: httpUrl.default("https://rest.fal.ai/.well-known/jwks.json").meta({
    description: "Where fal's webhook keys are (fal: webhooks page). Rewritten by FAL_BASE_URL like every fal address.",
    remedy: "Use an http(s) URL.",
  }),
  MODELS_EXTRA: z.string().optional().meta({
    description: "Further fal endpoints to allow, as a JSON array: see docs/configuration.md.",
    remedy: 'E.g. [{"id":"fal-ai/flux/schnell","price":{"unit":"megapixel","usd":0.003}}].',
  }),
  MODEL_PRICES: z.string().optional().meta({
    description:
      "Prices for catalogue models whose price fal does not publish, or that differ for you, as a JSON object.",
    remedy: 'E.g. {"fal-ai/z-image/turbo/inpaint":{"unit":"megapixel","usd":0.01}}.',
  }),
  S3_ENDPOINT: httpUrl.optional().meta({
    description: "S3-compatible server. Left out: AWS.",
    remedy: "Use an http(s) URL, or leave it out for AWS.",
  }),
  S3_PUBLIC_ENDPOINT: httpUrl.optional().meta({
    description: "Host that presigned links name, when readers reach S3 by another address than this process does.",
    remedy: "Use an http(s) URL, or leave it out.",
  }),
  S3_REGION: z.string().min(1).default("us-east-1").meta({ description: "S3 region.", remedy: "E.g. eu-central-1." }),
  S3_BUCKET: z
    .string()
    .min(3)
    .max(63)
    .meta({ description: "Bucket for inputs, outputs and large receipts.", remedy: "Name an existing bucket." }),
  S3_ACCESS_KEY_ID: z.string().min(1).optional().meta({
    description: "S3 key. Left out, the AWS SDK's own chain is used (environment, profile, instance role).",
    remedy: "Set both S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or neither.",
  }),
  S3_SECRET_ACCESS_KEY: z.string().min(1).optional().meta({
    description: "S3 secret; see S3_ACCESS_KEY_ID.",
    remedy: "Set both S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or neither.",
  }),
  S3_FORCE_PATH_STYLE: bool.optional().meta({
    description: "Path-style addresses. Default: true with S3_ENDPOINT, false on AWS.",
    remedy: "Use true or false.",
  }),
  S3_INTAKE_TIMEOUT_MS: count(100, 300_000).default(10_000).meta({
    description: "How long storage may keep silent about a picture that a caller sends, before they are told 503.",
    remedy: "Use 100 to 300000.",
  }),
  S3_CREATE_BUCKET: bool.default(false).meta({
    description: "Create the bucket at boot if it is missing (Lite profile; production buckets are made by people).",
    remedy: "Use true or false.",
  }),
  OUTPUT_LINK_SECONDS: count(60, 604_800).default(3_600).meta({
    description: "Life of a presigned link behind /v1/outputs/{id}; SigV4 allows at most 7 days.",
    remedy: "Use 60 to 604800.",
  }),
  OUTPUT_BYTES_MAX: count(1_000_000, 5_000_000_000).default(100_000_000).meta({
    description: "Largest output that is copied. Four 4K PNGs are below this; more is a mistake or an attack.",
    remedy: "Use 1000000 to 5000000000.",
  }),
  COPY_TIMEOUT_MS: count(1_000, 3_600_000).default(120_000).meta({
    description: "How long copying one output may take: 100 MB at under 1 MB/s.",
    remedy: "Use 1000 to 3600000.",
  }),
  COPY_BUDGET_MS: count(1_000, 30 * 86_400_000)
    .default(7 * 86_400_000)
    .meta({
      description:
        "How long a copy keeps being tried, counted from the generation. fal keeps files at least 7 days (fal: FAQ).",
      remedy: "Use 1000 to 2592000000; not beyond the lifetime your fal account gives its files.",
    }),
  INPUT_BYTES_MAX: count(10_000, 500_000_000).default(30_000_000).meta({
    description: "Largest input picture, uploaded or as data URI (decoded bytes).",
    remedy: "Use 10000 to 500000000.",
  }),
  BODY_BYTES_MAX: count(10_000, 500_000_000).default(45_000_000).meta({
    description: "Largest JSON body: one data URI of INPUT_BYTES_MAX in base64 (4/3) and some room.",
    remedy: "Use 10000 to 500000000.",
  }),
  EGRESS_ALLOW_CIDRS: list.default([]).meta({
    description: "Private networks that URLs given by tenants may point to. Empty: public addresses over https only.",
    remedy: "Comma-separated CIDRs, e.g. 10.1.0.0/16,fd00::/8.",
  }),
  EGRESS_ALLOW_HTTP: bool.default(false).meta({
    description: "Lets URLs given by tenants use plain http.",
    remedy: "Use true or false.",
  }),
  DELIVERY_TIMEOUT_MS: count(100, 60_000).default(15_000).meta({
    description: "How long a customer's endpoint may take to answer a delivery.",
    remedy: "Use 100 to 60000.",
  }),
  DELIVERY_RETRY_SECONDS: seconds.default([0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]).meta({
    description:
      "Pauses before each attempt at a delivery, ± 20 %; there are as many attempts as pauses. Default: 10 in 75 h 35 min (Standard Webhooks).",
    remedy: "Use 1 to 20 whole numbers of seconds with commas, at most 432000 in all.",
  }),
  EVENT_RETENTION_DAYS: count(7, 3_650).default(30).meta({
    description: "How long events, deliveries and their attempts are kept.",
    remedy: "Use 7 to 3650.",
  }),
  TENANT_QUEUED_MAX: count(1, 10_000_000).default(100_000).meta({
    description:
      "Jobs of one tenant that may wait at once; more, created or retried by it, are refused with 429. A day's work of forty slots at some seconds a job.",
    remedy: "Use 1 to 10000000.",
  }),
  RATE_LIMIT_PER_MINUTE: count(1, 10_000_000).default(6_000).meta({
    description:
      "Requests per minute and API key, unless the key says otherwise. Counted over all API processes, in Redis or in Postgres.",
    remedy: "Use 1 to 10000000.",
  }),
  TENANT_RATE_LIMIT_PER_MINUTE: count(1, 10_000_000).default(30_000).meta({
    description: "Requests per minute and tenant over all its keys, unless the tenant says otherwise.",
    remedy: "Use 1 to 10000000.",
  }),
  RATE_LIMIT_COUNT_TIMEOUT_MS: count(10, 60_000).default(250).meta({
    description: "Longest a request waits to be counted; then its process counts alone for a second.",
    remedy: "Use 10 to 60000.",
  }),
  TENANT_REQUESTS_AT_ONCE_MAX: count(1, 100_000).default(500).meta({
    description: "Requests of one tenant that one API process answers at once, streams and waits included.",
    remedy: "Use 1 to 100000.",
  }),
  ADMIN_EMAIL: z.email().max(254).optional().meta({
    description: "E-mail of the first admin user, made at the API's boot if there is no admin user yet.",
    remedy: "Use an e-mail address, together with ADMIN_PASSWORD; or leave both out and use the CLI (admin create).",
  }),
  ADMIN_PASSWORD: z.string().min(12).max(200).optional().meta({
    description: "Password of the first admin user. Change it after the first login; it is not read again.",
    remedy: "Use 12 to 200 characters, together with ADMIN_EMAIL.",
  }),
  TRUST_PROXY_CIDRS: list.default([]).meta({
    description:
      "Proxies in front of the API whose X-Forwarded-For is believed. Logins are throttled by address: without this, by the proxy's.",
    remedy: "Comma-separated CIDRs or addresses, e.g. 10.0.0.0/8.",
  }),
  WORKER_CONCURRENCY: count(1, 1_000).default(40).meta({
    description: "Messages one worker handles at once per kind; 40 = fal's largest self-serve concurrency.",
    remedy: "Use 1 to 1000.",
  }),
  SHUTDOWN_GRACE_MS: count(0, 600_000).default(25_000).meta({
    description: "Time to finish work on SIGTERM before the process ends anyway; below Kubernetes' 30 s.",
    remedy: "Use 0 to 600000.",
  }),
});

export type Env = z.infer<typeof envSchema>;

export type EnvResult = { ok: true; env: Env } | { ok: false; problems: string[] };

/** Reads settings from `source` (usually process.env). Empty variables count as unset. Returns every problem, not the first. */
export function parseEnv(source: Record<string, string | undefined>): EnvResult {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = envSchema.safeParse(given);
  const problems = parsed.success ? crossChecks(parsed.data) : parsed.error.issues.map(describeIssue);
  return parsed.success && problems.length === 0 ? { ok: true, env: parsed.data } : { ok: false, problems };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const name = String(issue.path[0] ?? "");
  const setting = envSchema.shape[name as keyof Env];
  const missing = issue.code === "invalid_type" && issue.input === undefined;
  return `${name} ${missing ? "is missing" : `is wrong: ${issue.message}`}. ${setting?.meta()?.remedy ?? ""}`;
}

/** Rules that span two settings. */
function crossChecks(env: Env): string[] {
  const problems: string[] = [];
  if (Boolean(env.S3_ACCESS_KEY_ID) !== Boolean(env.S3_SECRET_ACCESS_KEY))
    problems.push("S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set together, or neither.");
  if (env.BODY_BYTES_MAX < Math.ceil((env.INPUT_BYTES_MAX * 4) / 3))
    problems.push("BODY_BYTES_MAX is too small for a data URI of INPUT_BYTES_MAX: set it to at least 4/3 of it.");
  if (Boolean(env.ADMIN_EMAIL) !== Boolean(env.ADMIN_PASSWORD))
    problems.push("ADMIN_EMAIL and ADMIN_PASSWORD must be set together, or neither.");
  const models = loadModels(env);
  return models.ok ? problems : [...problems, ...models.problems];
}
