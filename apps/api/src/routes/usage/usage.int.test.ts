import { jobError } from "@darkroom/contract/job-errors";
import { endJob } from "@darkroom/core/jobs/transition";
import { rollUpUsage } from "@darkroom/core/spend/roll-up-usage";
import { afterAll, expect, test } from "vitest";
import { openTestApi } from "../../testing/open-test-api.ts";

const api = await openTestApi();
afterAll(() => api.close());

const job = { model: "fal-ai/z-image/turbo", input: { prompt: "a boat", image_size: "square" }, tags: ["boats"] };

test("usage is told by day and tag, for one's own jobs only", async () => {
  const { body: made } = await api.call("post", "/v1/jobs").send(job).expect(202);
  const ending = { to: "failed", charged: "yes", costMicros: 1_500, error: jobError("copy_failed") } as const;
  await endJob(api.context.db, { jobId: made.id, ending, now: new Date() });
  await rollUpUsage(api.context.db);
  const { body } = await api.call("get", "/v1/usage?by=tag").expect(200);
  expect(body.data).toEqual([
    {
      day: new Date().toISOString().slice(0, 10),
      value: "boats",
      succeeded: 0,
      failed: 1,
      canceled: 0,
      cost_usd: 0.0015,
    },
  ]);
  const stranger = await api.makeTenant();
  expect((await api.call("get", "/v1/usage", stranger.key).expect(200)).body.data).toEqual([]);
  await api.call("get", "/v1/usage?by=moon").expect(422);
});

test("explain says why a job waits, and answers for another tenant's like for a missing one", async () => {
  const { body: made } = await api.call("post", "/v1/jobs").send(job).expect(202);
  const { body } = await api.call("get", `/v1/jobs/${made.id}/explain`).expect(200);
  expect(body).toMatchObject({ status: "queued", holds: [{ kind: "turn" }], place_in_tenant: 0 });
  const stranger = await api.makeTenant();
  await api.call("get", `/v1/jobs/${made.id}/explain`, stranger.key).expect(404);
});
