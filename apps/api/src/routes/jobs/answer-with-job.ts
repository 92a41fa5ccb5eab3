import { readJob } from "@darkroom/core/jobs/read-job";
import { isFinal } from "@darkroom/core/jobs/state";
import { type JobWithOutputs, toWireJob } from "@darkroom/core/jobs/to-wire";
import type { Response } from "express";
import type { Api } from "../../api.ts";
import { json, notFound, type Reply, type ReplyHeaders } from "../../reply.ts";
import { waitForFinal } from "../../streams/wait-for-final.ts";

/** Headers of every reply that names one new job, for the reference page. */
export const jobHeaders = {
  Location: "Path of the job.",
  "Idempotent-Replayed": "`true` if this Idempotency-Key made the job before; nothing new was created.",
  "Preference-Applied": "The wait that was honoured.",
};

type Answer = {
  tenantId: string;
  jobId: string;
  /** The job as it was just made; left out, it is read. */
  job?: JobWithOutputs;
  replayed: boolean;
  /** Of `Prefer: wait=n`. */
  waitSeconds: number | null;
  response: Response;
};

/** 202 with the job, or, if the caller would rather wait, 200 as soon as it is final. */
export async function answerWithJob(api: Api, answer: Answer): Promise<Reply> {
  const { tenantId, jobId, waitSeconds } = answer;
  if (waitSeconds)
    await waitForFinal(api.streams, { jobId, timeoutMs: waitSeconds * 1000, signal: goneWith(answer.response) });
  const known = waitSeconds ? null : answer.job;
  const job = known ?? (await readJob(api.db, { tenantId, jobId }));
  // Only a database that was restored to an older state could have lost it.
  if (!job) return notFound("job");
  // One that got the images of another is done before its caller could wait.
  const final = (waitSeconds !== null || job.reusedFrom !== null) && isFinal(job.state);
  return json(final ? 200 : 202, toWireJob(job, api.links), headersOf(answer));
}

function headersOf({ jobId, replayed, waitSeconds }: Answer): ReplyHeaders {
  return {
    location: `/v1/jobs/${jobId}`,
    ...(replayed ? { "idempotent-replayed": "true" } : {}),
    ...(waitSeconds === null ? {} : { "preference-applied": `wait=${waitSeconds}` }),
  };
}

/** Aborted when the caller hangs up. */
function goneWith(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  return gone.signal;
}
