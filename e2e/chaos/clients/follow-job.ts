import { setTimeout as pause } from "node:timers/promises";
import type { IntendedJob } from "../plan/plan-intents.ts";
import { type ApiReply, callApi } from "./call-api.ts";
import type { Client } from "./run-client.ts";

const lookEveryMs = 1_500;

/** What a client does to a job it has been promised: changes its mind, or opens it again when it has failed. */
export async function followJob(client: Client, job: IntendedJob, jobId: string): Promise<void> {
  if (job.cancelAfterMs !== null) await cancel(client, jobId, job.cancelAfterMs);
  for (let retries = 0; retries < job.retriesMax && !client.closing.aborted; retries += 1) {
    const end = await waitForEnd(client, jobId);
    if (!end || end === "succeeded") return;
    await retry(client, jobId);
  }
}

async function cancel(client: Client, jobId: string, afterMs: number): Promise<void> {
  await pause(afterMs, undefined, { signal: client.closing }).catch(() => {});
  if (client.closing.aborted) return;
  const reply = await callApi(client, { method: "POST", path: `/v1/jobs/${jobId}/cancel` });
  if (reply && ![200, 202, 409].includes(reply.status)) surprise(client, `cancel of ${jobId}`, reply);
}

/** Both processes are asked at once, now and then: only one may open it. */
async function retry(client: Client, jobId: string): Promise<void> {
  const firsts = Math.random() < 0.3 ? [0, 1] : [0];
  const path = `/v1/jobs/${jobId}/retry`;
  const replies = await Promise.all(firsts.map((first) => callApi(client, { method: "POST", path, first })));
  for (const reply of replies) {
    if (reply?.status === 202) client.notebook.reopened.push({ jobId, at: new Date().toISOString() });
    // 402: its budget has no room for another try.
    else if (reply && ![402, 409].includes(reply.status)) surprise(client, `retry of ${jobId}`, reply);
  }
}

async function waitForEnd(client: Client, jobId: string): Promise<string | null> {
  while (!client.closing.aborted) {
    const reply = await callApi(client, { method: "GET", path: `/v1/jobs/${jobId}` });
    if (reply && reply.status !== 200) surprise(client, `reading ${jobId}`, reply);
    const status = String(reply?.body.status);
    if (["succeeded", "failed", "canceled"].includes(status)) return status;
    await pause(lookEveryMs, undefined, { signal: client.closing }).catch(() => {});
  }
  return null;
}

function surprise({ notebook }: Client, what: string, { status, body }: ApiReply): void {
  const detail = `${status} ${JSON.stringify(body).slice(0, 500)}`;
  notebook.surprises.push({ what, detail, at: new Date().toISOString() });
}
