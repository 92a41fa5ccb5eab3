import { setTimeout as pause } from "node:timers/promises";
import { isUnderBudget } from "../plan/plan-budgets.ts";
import type { IntendedJob, Intent } from "../plan/plan-intents.ts";
import { type ApiReply, type Caller, callApi } from "./call-api.ts";
import { followJob } from "./follow-job.ts";
import { preparePicture } from "./prepare-picture.ts";

/** `closing` ends what clients do beyond waiting for answers: no further cancels and retries by hand. */
export type Client = Caller & { closing: AbortSignal; ownUrl: string };

/** Has one wish fulfilled: at its time, with its key, until it is accepted or refused; then looks after its jobs. */
export async function runClient(client: Client, intent: Intent, startedAt: number): Promise<void> {
  await pause(Math.max(0, intent.atMs - (performance.now() - startedAt)));
  const body = await describe(client, intent);
  const replies = body ? await ask(client, intent, JSON.stringify(body)) : [];
  const answered = replies.filter((reply) => reply !== null);
  if (answered.length === 0) client.notebook.unanswered.push(intent.key);
  const accepted = answered.map((reply) => read(client, intent, reply));
  const jobs = accepted.find((each) => each.length > 0) ?? [];
  await Promise.all(jobs.map(({ job, jobId }) => followJob(client, job, jobId)));
}

async function describe(client: Client, intent: Intent): Promise<Record<string, unknown> | null> {
  const bodies: Record<string, unknown>[] = [];
  for (const job of intent.jobs) {
    const picture = await preparePicture(client, intent.tenant, job);
    if (!picture) return null;
    bodies.push({
      model: job.model,
      input: { ...job.input, ...picture },
      priority: job.priority,
      metadata: { intent: job.name },
      ...(job.maxCostUsd === null ? {} : { max_cost_usd: job.maxCostUsd }),
      ...(job.reuse ? { reuse: job.reuse } : {}),
      ...(job.ownUrl ? { webhook_url: client.ownUrl } : {}),
      ...(job.deadlineSeconds === null ? {} : { deadline_seconds: job.deadlineSeconds }),
      // Absolute, and made once: a repeat must have the same body.
      ...(job.runInMs === null ? {} : { run_at: new Date(Date.now() + job.runInMs).toISOString() }),
    });
  }
  return intent.kind === "batch" ? { jobs: bodies } : (bodies[0] ?? {});
}

/** A hedged wish goes to both processes at once: two replies, which must name the same job. */
function ask(client: Client, intent: Intent, body: string): Promise<(ApiReply | null)[]> {
  const headers = {
    "idempotency-key": intent.key,
    ...(intent.waitSeconds === null ? {} : { prefer: `wait=${intent.waitSeconds}` }),
  };
  const path = intent.kind === "batch" ? "/v1/jobs/batch" : "/v1/jobs";
  const firsts = intent.hedged ? [0, 1] : [intent.apiKey];
  return Promise.all(firsts.map((first) => callApi(client, { method: "POST", path, body, headers, first })));
}

type AcceptedJob = { job: IntendedJob; jobId: string };

/** Writes down what the reply promises. */
function read(client: Client, intent: Intent, reply: ApiReply): AcceptedJob[] {
  const { notebook } = client;
  const { status, body, askedAt } = reply;
  if (status !== 202 && status !== 200) {
    refuse(client, intent, reply);
    return [];
  }
  if (intent.expect === "refused") surprise(client, `${intent.key} was accepted`, "it should have been refused");
  return intent.jobs.flatMap((job, index) => {
    const jobId = jobIdIn(intent, body, index);
    if (jobId !== null) {
      const { key, tenant } = intent;
      notebook.accepted.push({ key, name: job.name, tenant, jobId, at: new Date().toISOString() });
      return [{ job, jobId }];
    }
    if (isOverBudget(intent, problemIn(body, index))) noteOverBudget(client, intent, job, askedAt);
    else surprise(client, `${intent.key} is accepted without its job ${index}`, JSON.stringify(body).slice(0, 500));
    return [];
  });
}

function refuse(client: Client, intent: Intent, { status, body, askedAt }: ApiReply): void {
  if (intent.expect === "accepted" && isOverBudget(intent, { status, code: body.code })) {
    for (const job of intent.jobs) noteOverBudget(client, intent, job, askedAt);
    return;
  }
  const code = String(body.code);
  const expected = intent.expect === "refused" && (status === 422 || code === "cost_above_limit");
  client.notebook.refused.push({ key: intent.key, status, code, expected });
  if (!expected) surprise(client, `${intent.key} was refused`, `${status} ${JSON.stringify(body).slice(0, 500)}`);
}

/** A 402 is an answer only for those who are under a budget. */
function isOverBudget(intent: Intent, { status, code }: { status?: unknown; code?: unknown }): boolean {
  return status === 402 && code === "budget_exceeded" && isUnderBudget(intent);
}

function noteOverBudget({ notebook }: Client, intent: Intent, { name }: IntendedJob, askedAt: string): void {
  const { apiKey, key, tenant } = intent;
  notebook.overBudget.push({ key, name, tenant, apiKey, askedAt });
}

function problemIn(body: Record<string, unknown>, index: number): { status?: unknown; code?: unknown } {
  return (body.data as { problem: { status: number; code: string } | null }[] | undefined)?.[index]?.problem ?? {};
}

function jobIdIn(intent: Intent, body: Record<string, unknown>, index: number): string | null {
  if (intent.kind === "job") return typeof body.id === "string" ? body.id : null;
  const item = (body.data as { job: { id: string } | null }[] | undefined)?.[index];
  return item?.job?.id ?? null;
}

function surprise({ notebook }: Client, what: string, detail: string): void {
  notebook.surprises.push({ what, detail, at: new Date().toISOString() });
}
