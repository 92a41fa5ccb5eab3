import type { EventOf, EventType, JobFacts } from "./events.ts";

const job: JobFacts = {
  id: "job_01k9x4v0q8e2tbn6s5z1r7h3cd",
  status: "succeeded",
  model: "fal-ai/z-image/turbo/image-to-image",
  outputs: [
    {
      id: "out_01k9x4v5h2f8grn1m0c4d6j7ke",
      url: "https://images.example.com/v1/outputs/out_01k9x4v5h2f8grn1m0c4d6j7ke?sig=0Wq3l1bA7w9fQdQ2n1u3mA",
      content_type: "image/png",
      width: 1024,
      height: 768,
      bytes: 1_482_133,
      sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
      nsfw: false,
      expires_at: null,
    },
  ],
  seed: 424_242,
  error: null,
  charged: "yes",
  cost_usd: 0.005,
  attempts: 1,
  tags: ["harbour"],
  metadata: { order: "A-17" },
  batch_id: null,
  reused_from: null,
  created_at: "2026-11-20T09:00:00.000Z",
  submitted_at: "2026-11-20T09:00:01.000Z",
  finished_at: "2026-11-20T09:00:04.000Z",
};

const ended: Pick<JobFacts, "outputs" | "seed" | "charged" | "cost_usd"> = {
  outputs: [],
  seed: null,
  charged: "no",
  cost_usd: 0,
};

const head = <Type extends EventType>(type: Type) => ({
  id: "evt_01k9x4v6m3g9hsp2n1d5e7k8mf",
  type,
  version: 1 as const,
  timestamp: "2026-11-20T09:00:04.000Z",
});

/** One of each type, for the reference page; a test checks them against the schemas. */
export const eventExamples: { [Type in EventType]: EventOf<Type> } = {
  "job.succeeded": { ...head("job.succeeded"), data: job },
  "job.failed": {
    ...head("job.failed"),
    data: {
      ...job,
      ...ended,
      status: "failed",
      error: {
        code: "content_policy",
        message: "fal refused the prompt or picture under its content policy.",
        blame: "caller",
        retryable: false,
      },
    },
  },
  "job.canceled": { ...head("job.canceled"), data: { ...job, ...ended, status: "canceled", submitted_at: null } },
  "job.started": {
    ...head("job.started"),
    data: { ...job, outputs: [], seed: null, status: "processing", charged: null, cost_usd: null, finished_at: null },
  },
  "batch.completed": {
    ...head("batch.completed"),
    data: {
      id: "bat_01k9x4tzz7d1sam5r4y0q6g2bc",
      jobs: 40,
      succeeded: 39,
      failed: 1,
      canceled: 0,
      created_at: "2026-11-20T08:58:00.000Z",
    },
  },
  "budget.threshold": {
    ...head("budget.threshold"),
    data: {
      id: "bgt_01k9x4tzz7d1sam5r4y0q6g2bc",
      api_key_id: null,
      period: "month",
      percent: 80,
      limit_usd: 100,
      used_usd: 80.015,
      resets_at: "2026-12-01T00:00:00.000Z",
    },
  },
  "endpoint.disabled": {
    ...head("endpoint.disabled"),
    data: {
      id: "ep_01k9x4tzz7d1sam5r4y0q6g2bc",
      url: "https://example.com/darkroom",
      reason: "failing",
      failing_since: "2026-11-15T09:00:00.000Z",
    },
  },
  "test.ping": { ...head("test.ping"), data: { endpoint_id: "ep_01k9x4tzz7d1sam5r4y0q6g2bc" } },
};
