import { type CreateJob, createJobSchema, jobSchema, quoteSchema } from "@darkroom/contract/jobs";
import { newId } from "@darkroom/core/ids";
import { findClaim, type IdempotencyClaim } from "@darkroom/core/jobs/find-claims";
import { z } from "zod";
import type { Api } from "../../api.ts";
import { type AcceptResult, acceptJobs } from "../../intake/accept-jobs.ts";
import { budgetExceeded } from "../../intake/budget-exceeded.ts";
import { claimOf, idempotencyKeySchema, keyReused } from "../../intake/claim-key.ts";
import { createFileFinder } from "../../intake/file-finder.ts";
import { planJob } from "../../intake/plan-job.ts";
import { toQuote } from "../../intake/to-quote.ts";
import { json, type ProblemReply, type Reply } from "../../reply.ts";
import { readWait, waitSecondsMax } from "../../requests/prefer-wait.ts";
import { defineRoute, type RouteRequest } from "../../route.ts";
import { answerWithJob, jobHeaders } from "./answer-with-job.ts";

const querySchema = z.strictObject({
  dry_run: z.enum(["true", "false"]).default("false").describe("true: check and price the job, and create nothing."),
});

const headersSchema = z.object({
  "idempotency-key": idempotencyKeySchema,
  prefer: z
    .string()
    .optional()
    .describe(`wait=n (RFC 7240): answer 200 with the job if it ends within n seconds, at most ${waitSecondsMax}.`),
});

export const createJobRoute = defineRoute({
  id: "createJob",
  method: "post",
  path: "/v1/jobs",
  tag: "Jobs",
  summary: "Create a job",
  description:
    "Takes one generation request. A 202 is a promise: the job is stored and becomes final by its deadline, whatever " +
    "happens to any process or queue here.\n\nA picture may be an https URL (fal fetches it), a data URI, or the id or url of an " +
    "uploaded file. A request that is refused leaves nothing behind and does not use up its `Idempotency-Key`.",
  access: "jobs:write",
  query: querySchema,
  headers: headersSchema,
  body: {
    kind: "json",
    schema: createJobSchema,
    required: true,
    example: {
      model: "fal-ai/z-image/turbo/image-to-image",
      input: { prompt: "the same harbour on a winter evening", image_url: "https://example.com/harbour.jpg" },
      tags: ["harbour"],
    },
  },
  replies: {
    200: {
      description: "With `Prefer: wait`, the final job; with `dry_run=true`, what it would cost.",
      schema: z.union([jobSchema, quoteSchema]),
      headers: jobHeaders,
    },
    202: { description: "Accepted.", schema: jobSchema, headers: jobHeaders },
  },
  problems: [
    "unknown_model",
    "unpriced_model",
    "invalid_picture",
    "forbidden_url",
    "cost_above_limit",
    "budget_exceeded",
    "queue_full",
    "idempotency_key_reused",
  ],
  handle: (api, request) => (request.query.dry_run === "true" ? quote(api, request) : create(api, request)),
});

type Request = RouteRequest<undefined, typeof querySchema, typeof headersSchema, typeof createJobSchema, "jobs:write">;

async function quote(api: Api, { body, caller, now }: Request): Promise<Reply> {
  const planned = await plan(api, caller.tenantId, body);
  return planned.outcome === "refused" ? planned.reply : json(200, await toQuote(api, caller, planned.plan, now));
}

async function create(api: Api, request: Request): Promise<Reply> {
  const { body, caller, headers, now, response } = request;
  const jobId = newId("job");
  const answer = { tenantId: caller.tenantId, waitSeconds: readWait(headers.prefer), response };
  const sent: unknown = request.raw.body;
  const claim = claimOf(caller, headers["idempotency-key"], { purpose: "job", body: sent, resourceId: jobId });

  const tried = await tryToMake(api, { body, caller, now, jobId, claim });
  // A repeat is answered whatever it is refused for: what the first one found valid may not be so any more.
  const made = (tried.outcome === "refused" && claim && (await findClaim(api.db, claim))) || tried;
  if (made.outcome === "refused") return made.reply;
  if (made.outcome === "key_reused") return keyReused();
  if (made.outcome === "replayed") return answerWithJob(api, { ...answer, jobId: made.resourceId, replayed: true });
  const [row] = made.jobs;
  // One that got the images of another may have ended by now.
  const job = row && !row.reusedFrom ? { job: { ...row, outputs: [] } } : {};
  return answerWithJob(api, { ...answer, jobId, replayed: false, ...job });
}

type Making = Pick<Request, "body" | "caller" | "now"> & { jobId: string; claim: IdempotencyClaim | null };
type Tried = AcceptResult | { outcome: "refused"; reply: ProblemReply };

async function tryToMake(api: Api, { body, caller, now, jobId, claim }: Making): Promise<Tried> {
  const planned = await plan(api, caller.tenantId, body);
  if (planned.outcome === "refused") return planned;
  // Before pictures are stored for nothing. All others are told from a new job by the statement that makes it.
  const earlier = claim && planned.plan.newPictures.length > 0 && (await findClaim(api.db, claim));
  if (earlier) return earlier;
  const full = await api.queueCap.refuse(caller.tenantId, 1, now);
  if (full) return { outcome: "refused", reply: full };
  const made = await acceptJobs(api, { caller, plans: [{ jobId, plan: planned.plan }], claim, batch: null, now });
  const exceeded = made.outcome === "created" ? made.refused.get(jobId) : undefined;
  if (exceeded || made.outcome !== "created") api.queueCap.giveBack(caller.tenantId, 1);
  return exceeded ? { outcome: "refused", reply: budgetExceeded(exceeded) } : made;
}

function plan(api: Api, tenantId: string, body: CreateJob) {
  return planJob({ context: api, findFile: createFileFinder(api, tenantId) }, body, []);
}
