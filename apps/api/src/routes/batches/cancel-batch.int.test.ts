import { dispatchJobs } from "@darkroom/core/dispatch/dispatch-jobs";
import { roomLimits } from "@darkroom/core/dispatch/room-limits";
import { startAttempt } from "@darkroom/core/jobs/start-attempt";
import { afterAll, expect, test } from "vitest";
import { openTestApi } from "../../testing/open-test-api.ts";

const api = await openTestApi({ env: { FAL_MAX_IN_FLIGHT: "1", FAL_OVER_COMMIT: "0" } });
afterAll(() => api.close());

const job = { model: "fal-ai/z-image/turbo", input: { prompt: "a boat", image_size: "square" } };

test("a batch is canceled as one: what waits ends at once, what is at fal is asked to stop", async () => {
  const { body: batch } = await api
    .call("post", "/v1/jobs/batch")
    .send({ jobs: [job, job, job] })
    .expect(202);
  const now = new Date();
  const { dispatched } = await dispatchJobs(api.context.db, roomLimits(api.context.env), now);
  await startAttempt(api.context.db, dispatched[0]?.attemptId ?? "", { now, leaseEndsAt: now });
  const stranger = await api.makeTenant();
  await api.call("post", `/v1/batches/${batch.id}/cancel`, stranger.key).expect(404);
  const { body } = await api.call("post", `/v1/batches/${batch.id}/cancel`).expect(200);
  expect(body).toEqual({ id: batch.id, canceled: 2, requested: 1, already_final: 0 });
  const { body: seen } = await api.call("get", `/v1/batches/${batch.id}`).expect(200);
  expect(seen).toMatchObject({ counts: { canceled: 2, processing: 1 }, finished: false, cost_usd: 0 });
  expect(seen.reserved_usd).toBeGreaterThan(0);
  expect((await api.call("post", `/v1/batches/${batch.id}/cancel`).expect(200)).body.canceled).toBe(0);
});
