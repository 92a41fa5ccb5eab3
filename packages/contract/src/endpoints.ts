import { z } from "zod";
import { eventTypes } from "./events.ts";

/** Endpoints per tenant: each event costs a row for every one that wants it. */
export const endpointsMax = 50;
/** POSTs at once to one endpoint, unless it says otherwise. */
export const concurrencyDefault = 10;

const url = z
  .string()
  .min(1)
  .max(2_000)
  .describe("https, and public; http and private networks only if the operator allows them.");

/** RFC 9110 §5.1: a token. Those that the delivery itself sets are refused (core/endpoints/header-rules.ts). */
const headerName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, "may contain letters, digits and - _ .");
const headerValue = z
  .string()
  .max(1_000)
  .regex(/^[\x20-\x7e]*$/, "may contain visible ASCII and spaces");

const fields = {
  url,
  events: z
    .array(z.enum(eventTypes))
    .max(eventTypes.length)
    .describe("Types to send; empty: all but those that are opt-in (job.started)."),
  description: z.string().max(500),
  headers: z
    .record(headerName, headerValue)
    .refine((value) => Object.keys(value).length <= 20, "may have at most 20 names")
    .describe("Sent with every delivery, e.g. an Authorization. Stored encrypted and not shown again."),
  rate_limit: z.int().min(1).max(1_000).nullable().describe("Deliveries per second; null: no limit."),
  concurrency: z.int().min(1).max(100).describe("Deliveries at once."),
  fifo: z
    .enum(["none", "job", "endpoint"])
    .describe("Strictly one after the other: the events of a job, or all. A failure holds up what is behind it."),
  ed25519: z.boolean().describe("Sign with ed25519 (v1a), too; GET …/jwks.json has the public key."),
};

export const createEndpointSchema = z
  .strictObject({
    url: fields.url,
    events: fields.events.default([]),
    description: fields.description.default(""),
    headers: fields.headers.default({}),
    rate_limit: fields.rate_limit.default(null),
    concurrency: fields.concurrency.default(concurrencyDefault),
    fifo: fields.fifo.default("none"),
    ed25519: fields.ed25519.default(false),
  })
  .meta({ id: "CreateEndpoint" });
export type CreateEndpoint = z.infer<typeof createEndpointSchema>;

export const updateEndpointSchema = z.strictObject(fields).partial().meta({ id: "UpdateEndpoint" });
export type UpdateEndpoint = z.infer<typeof updateEndpointSchema>;

const time = z.iso.datetime().describe("UTC");

const endpointShape = {
  id: z.string().describe("ep_…"),
  url: z.string(),
  description: z.string(),
  events: z.array(z.enum(eventTypes)),
  headers: z.array(z.string()).describe("Names only."),
  rate_limit: z.int().nullable(),
  concurrency: z.int(),
  fifo: z.enum(["none", "job", "endpoint"]),
  ed25519: z.boolean(),
  state: z.enum(["enabled", "paused", "disabled"]),
  reason: z.enum(["gone", "failing"]).nullable().describe("Why it is disabled."),
  disabled_at: time.nullable(),
  circuit: z
    .enum(["closed", "open", "half_open"])
    .describe("open: it failed again and again, and is tried with one delivery at a time."),
  failing_since: time.nullable().describe("Since when there were nothing but failures."),
  blocked_until: time.nullable().describe("It asked for a pause (429, Retry-After)."),
  created_at: time,
  updated_at: time,
};

export const endpointSchema = z.object(endpointShape).meta({ id: "Endpoint" });
export type Endpoint = z.infer<typeof endpointSchema>;

const secret = z.string().describe("whsec_…; shown this once.");

export const endpointCreatedSchema = z.object({ ...endpointShape, secret }).meta({ id: "EndpointCreated" });

export const endpointListSchema = z.object({ data: z.array(endpointSchema) }).meta({ id: "EndpointList" });

export const rotatedSecretSchema = z
  .object({ secret, previous_valid_until: time.nullable().describe("Until then both signatures are sent.") })
  .meta({ id: "RotatedSecret" });

export const jwksSchema = z
  .object({
    keys: z.array(
      z.object({
        kty: z.literal("OKP"),
        crv: z.literal("Ed25519"),
        alg: z.literal("EdDSA"),
        use: z.literal("sig"),
        kid: z.string(),
        x: z.string().describe("base64url"),
      }),
    ),
  })
  .meta({ id: "WebhookKeys" });

export const createReplaySchema = z
  .strictObject({
    since: z.iso.datetime({ offset: true }),
    until: z.iso.datetime({ offset: true }).optional().describe("Default: now."),
    only_failed: z.boolean().default(false).describe("Only what this endpoint has not got."),
  })
  .meta({ id: "CreateReplay" });

export const replaySchema = z
  .object({
    id: z.string().describe("rpl_…"),
    endpoint_id: z.string(),
    state: z.enum(["running", "finished", "canceled"]),
    since: time,
    until: time,
    only_failed: z.boolean(),
    progress: z.number().min(0).max(1).describe("How much of the time range has been gone through."),
    created: z.int().describe("Deliveries made so far."),
    deliveries: z.object({ pending: z.int(), delivered: z.int(), exhausted: z.int(), canceled: z.int() }),
    created_at: time,
    finished_at: time.nullable(),
  })
  .meta({ id: "Replay" });
export type Replay = z.infer<typeof replaySchema>;
