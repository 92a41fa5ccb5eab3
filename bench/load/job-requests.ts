import { randomUUID } from "node:crypto";
import type { Darkroom } from "../stack/start-darkroom.ts";
import type { LoadRequest } from "./send-load.ts";

/** One job as an application sends it, the same to everybody. Without a picture of the source: nobody here would look at it. */
function jobBody(index: number, webhookUrl?: string) {
  return {
    model: "fal-ai/z-image/turbo",
    input: {
      prompt: `Picture ${index}: a harbour on a winter evening, lanterns on the quay, fishing boats coming home`,
    },
    ...(webhookUrl ? { webhook_url: webhookUrl } : {}),
  };
}

const json = { "content-type": "application/json" };

/** To Darkroom: with a key, an Idempotency-Key, tags and metadata. */
export function darkroomJob(darkroom: Darkroom, index: number, webhookUrl?: string): LoadRequest {
  const body = { ...jobBody(index, webhookUrl), tags: ["bench"], metadata: { order: String(index) } };
  return {
    path: "/v1/jobs",
    method: "POST",
    headers: { ...json, ...keyOf(darkroom), "idempotency-key": randomUUID() },
    body: JSON.stringify(body),
  };
}

export function darkroomBatch(darkroom: Darkroom, jobs: number, more: Record<string, unknown> = {}): LoadRequest {
  const items = Array.from({ length: jobs }, (_, index) => ({ ...jobBody(index), ...more, tags: ["bench"] }));
  const headers = { ...json, ...keyOf(darkroom), "idempotency-key": randomUUID() };
  return { path: "/v1/jobs/batch", method: "POST", headers, body: JSON.stringify({ jobs: items }) };
}

export function keyOf(darkroom: Darkroom): Record<string, string> {
  return { authorization: `Bearer ${darkroom.apiKey}` };
}

/** To the hand-rolled peer, and to the floors. */
export function plainJob(path: string, index: number): LoadRequest {
  return {
    path,
    method: "POST",
    headers: { ...json, authorization: "Bearer bench" },
    body: JSON.stringify(jobBody(index)),
  };
}
