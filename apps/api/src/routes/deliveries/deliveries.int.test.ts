import { deliveryDetailSchema } from "@darkroom/contract/deliveries";
import { eventListSchema } from "@darkroom/contract/events";
import { recordAttempts } from "@darkroom/core/deliveries/transition";
import { cancelJob } from "@darkroom/core/jobs/cancel-job";
import { advanceReplays } from "@darkroom/core/replays/transition";
import { makeEndpoint } from "@darkroom/testing/make-endpoint";
import { makeJob } from "@darkroom/testing/make-job";
import { afterAll, describe, expect, test } from "vitest";
import { openTestApi, type TestTenant } from "../../testing/open-test-api.ts";

const api = await openTestApi();
afterAll(() => api.close());
const { context } = api;
const { db, clock } = context;

async function newTenant() {
  const tenant = await api.makeTenant();
  const endpoint = await makeEndpoint(context, tenant.id, {
    url: "https://example.com/hook",
    headers: { authorization: "Bearer theirs" },
  });
  return { tenant, endpoint };
}

async function endJob(tenant: TestTenant): Promise<string> {
  const job = await makeJob(db, tenant.id, clock.now());
  await cancelJob(db, { tenantId: tenant.id, jobId: job.id }, clock.now());
  return job.id;
}

/** What a worker would do, without a customer. */
async function attempt(endpointId: string, to: "delivered" | "exhausted"): Promise<void> {
  const now = clock.now();
  const due = await db.delivery.findMany({ where: { endpointId, state: "pending" } });
  const status = to === "delivered" ? 204 : 500;
  const error = to === "delivered" ? null : "http_status";
  const records = due.map(({ id, attempts }) => {
    return {
      deliveryId: id,
      number: attempts + 1,
      at: now,
      ms: 12,
      status,
      error,
      body: "no",
      to,
      dueAt: null,
    } as const;
  });
  await recordAttempts(db, [{ records, now }]);
}

describe("the delivery log", () => {
  test("shows the request, without secrets, and every attempt", async () => {
    const { tenant, endpoint } = await newTenant();
    const jobId = await endJob(tenant);
    await attempt(endpoint.id, "exhausted");
    const list = await api.call("get", `/v1/deliveries?job_id=${jobId}`, tenant.key).expect(200);
    const [delivery] = list.body.data;
    expect(delivery).toMatchObject({
      event_type: "job.canceled",
      job_id: jobId,
      endpoint_id: endpoint.id,
      url: "https://example.com/hook",
      state: "exhausted",
      attempts: 1,
      last_status: 500,
      last_error: "http_status",
      next_attempt_at: null,
    });
    const { body, text } = await api.call("get", `/v1/deliveries/${delivery.id}`, tenant.key).expect(200);
    expect(deliveryDetailSchema.parse(body)).toEqual(body);
    expect(body.request_body).toMatchObject({ id: delivery.event_id, type: "job.canceled", data: { id: jobId } });
    expect(body.log).toMatchObject([
      {
        number: 1,
        ms: 12,
        status: 500,
        response_body: "no",
        request_headers: {
          "webhook-id": delivery.event_id,
          authorization: "[hidden]",
          "webhook-signature": "[hidden]",
        },
      },
    ]);
    expect(text).not.toContain("theirs");
  });

  test("is filtered and paged, and foreign ones are not there", async () => {
    const { tenant, endpoint } = await newTenant();
    const stranger = await newTenant();
    await endJob(tenant);
    await attempt(endpoint.id, "delivered");
    for (let count = 0; count < 3; count += 1) await endJob(tenant);
    const count = async (query: string, key = tenant.key) =>
      (await api.call("get", `/v1/deliveries?${query}`, key).expect(200)).body.data.length as number;
    expect(await count("state=delivered")).toBe(1);
    expect(await count(`state=pending&endpoint_id=${endpoint.id}&event_type=job.canceled`)).toBe(3);
    expect(await count("event_type=job.failed")).toBe(0);
    expect(await count(`endpoint_id=${endpoint.id}`, stranger.tenant.key)).toBe(0);
    const first = await api.call("get", "/v1/deliveries?limit=3", tenant.key).expect(200);
    const rest = await api
      .call("get", `/v1/deliveries?limit=3&cursor=${first.body.next_cursor}`, tenant.key)
      .expect(200);
    expect([rest.body.data.length, rest.body.next_cursor]).toEqual([1, null]);
    const [{ id }] = first.body.data;
    await api.call("get", `/v1/deliveries/${id}`, stranger.tenant.key).expect(404);
    await api.call("post", `/v1/deliveries/${id}/resend`, stranger.tenant.key).expect(404);
    await api.call("get", "/v1/deliveries?cursor=nonsense", tenant.key).expect(422);
  });

  test("a resend is another delivery", async () => {
    const { tenant, endpoint } = await newTenant();
    await endJob(tenant);
    await attempt(endpoint.id, "exhausted");
    const { body } = await api.call("get", "/v1/deliveries", tenant.key).expect(200);
    const [{ id, event_id }] = body.data;
    const resent = await api.call("post", `/v1/deliveries/${id}/resend`, tenant.key).expect(202);
    expect(resent.body).toMatchObject({ event_id, state: "pending", attempts: 0 });
    expect(resent.body.id).not.toBe(id);
    await api.call("post", `/v1/endpoints/${endpoint.id}/pause`, tenant.key).expect(200);
    await api.call("post", `/v1/deliveries/${id}/resend`, tenant.key).expect(409);
  });

  test("a test event is one of it", async () => {
    const { tenant, endpoint } = await newTenant();
    const { body, headers } = await api.call("post", `/v1/endpoints/${endpoint.id}/test`, tenant.key).expect(202);
    expect(body).toMatchObject({ event_type: "test.ping", state: "pending", endpoint_id: endpoint.id });
    await api.call("get", headers.location as string, tenant.key).expect(200);
  });
});

describe("a replay", () => {
  test("shows its progress, and can be stopped", async () => {
    const { tenant, endpoint } = await newTenant();
    const since = new Date(clock.now().getTime() - 1_000).toISOString();
    await endJob(tenant);
    await attempt(endpoint.id, "delivered");
    const path = `/v1/endpoints/${endpoint.id}/replay`;
    const begun = await api.call("post", path, tenant.key).send({ since }).expect(202);
    expect(begun.body).toMatchObject({ state: "running", created: 0, progress: 0, only_failed: false });
    await advanceReplays(db, clock.now());
    const read = () => api.call("get", begun.headers.location as string, tenant.key).expect(200);
    expect((await read()).body).toMatchObject({ state: "running", created: 1, deliveries: { pending: 1 } });
    const stopped = await api.call("post", `${begun.headers.location}/cancel`, tenant.key).expect(200);
    expect(stopped.body).toMatchObject({ state: "canceled", deliveries: { pending: 0, canceled: 1 } });
    const again = await api.call("post", `${begun.headers.location}/cancel`, tenant.key).expect(409);
    expect(again.body.code).toBe("replay_already_ended");
    const { body } = await api.call("get", `/v1/endpoints/${endpoint.id}/replays`, tenant.key).expect(200);
    expect(body.data).toHaveLength(1);
  });

  test("needs a range that has begun", async () => {
    const { tenant, endpoint } = await newTenant();
    const since = new Date(clock.now().getTime() + 60_000).toISOString();
    await api.call("post", `/v1/endpoints/${endpoint.id}/replay`, tenant.key).send({ since }).expect(422);
  });
});

describe("the events feed", () => {
  test("is read from a cursor on, and again later", async () => {
    const { tenant } = await newTenant();
    const read = (query = "") => api.call("get", `/v1/events${query}`, tenant.key).expect(200);
    expect((await read()).body).toEqual({ data: [], next_cursor: null, has_more: false });
    const jobs = [await endJob(tenant), await endJob(tenant), await endJob(tenant)];
    const first = await read("?limit=2");
    expect(eventListSchema.parse(first.body)).toEqual(first.body);
    expect(first.body.has_more).toBe(true);
    const second = await read(`?limit=2&cursor=${first.body.next_cursor}`);
    const seen = [...first.body.data, ...second.body.data].map(({ data }) => data.id);
    expect(seen).toEqual(jobs);
    const idle = await read(`?cursor=${second.body.next_cursor}`);
    expect(idle.body).toEqual({ data: [], next_cursor: second.body.next_cursor, has_more: false });
    const late = await endJob(tenant);
    expect((await read(`?cursor=${idle.body.next_cursor}`)).body.data[0].data.id).toBe(late);
    const future = encodeURIComponent(new Date(clock.now().getTime() + 60_000).toISOString());
    expect((await read(`?since=${future}`)).body.data).toEqual([]);
    await api.call("get", "/v1/events?cursor=nonsense", tenant.key).expect(422);
  });
});
