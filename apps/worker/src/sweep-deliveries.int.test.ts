import type { CreateEndpoint } from "@darkroom/contract/endpoints";
import { type Queries, raw, type Sql, sql } from "@darkroom/core/db/database";
import { holdEndpoint } from "@darkroom/core/deliveries/hold-endpoint";
import { resendDelivery } from "@darkroom/core/deliveries/resend-delivery";
import { deleteUnusedOrigins } from "@darkroom/core/endpoints/delete-unused-origins";
import { ensureOrigin } from "@darkroom/core/endpoints/ensure-origin";
import { rotateSecrets } from "@darkroom/core/endpoints/signing-secrets";
import { deleteEndpoint } from "@darkroom/core/endpoints/transition";
import { deleteOldEvents } from "@darkroom/core/events/delete-old-events";
import { readFeed } from "@darkroom/core/events/read-feed";
import { newId } from "@darkroom/core/ids";
import { cancelJob } from "@darkroom/core/jobs/cancel-job";
import type { NewJob } from "@darkroom/core/jobs/create-jobs";
import { retryJob } from "@darkroom/core/jobs/retry-job";
import { startAttempt } from "@darkroom/core/jobs/start-attempt";
import { createReplay } from "@darkroom/core/replays/create-replay";
import { cancelReplay } from "@darkroom/core/replays/transition";
import { retryAndFollow } from "@darkroom/core/retry-and-follow";
import { makeEndpoint } from "@darkroom/testing/make-endpoint";
import { makeJob, makeTenant } from "@darkroom/testing/make-job";
import { type ManualClock, manualClock } from "@darkroom/testing/manual-clock";
import { openTestContext, type TestContext } from "@darkroom/testing/open-test-context";
import { type Receiver, startReceiver } from "@darkroom/testing/start-receiver";
import { stopAt } from "@darkroom/testing/stop-at";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dispatch } from "./handlers/dispatch.ts";
import { sendDeliveries } from "./handlers/send-deliveries.ts";
import { sweepDeliveries } from "./sweep-deliveries.ts";

let context: TestContext;
let clock: ManualClock;
let receiver: Receiver;

beforeAll(async () => {
  clock = manualClock(new Date());
  context = await openTestContext({ clock, env: { FAL_MAX_IN_FLIGHT: "10000" } });
});
afterAll(() => context.close());
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

async function newEndpoint(given: Partial<CreateEndpoint> = {}) {
  const tenant = await makeTenant(context.db);
  return makeEndpoint(context, tenant.id, { url: `${receiver.url}/hook`, ...given });
}

async function endJobs(tenantId: string, count: number, changes: Partial<NewJob> = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let made = 0; made < count; made += 1) {
    const job = await makeJob(context.db, tenantId, clock.now(), changes);
    await cancelJob(context.db, { tenantId, jobId: job.id }, clock.now());
    ids.push(job.id);
  }
  return ids;
}

const eventsOf = (tenantId: string) =>
  context.db.event.findMany({ where: { tenantId }, orderBy: { createdAt: "asc" } });
const deliveriesOf = (endpointId: string) =>
  context.db.delivery.findMany({ where: { endpointId }, orderBy: { seq: "asc" } });
const receivedIds = () => receiver.requests.map(({ headers }) => headers["webhook-id"]);
const sweep = () => sweepDeliveries(context, clock.now());

describe("a worker that dies", () => {
  test.each(["before", "after"] as const)(
    "stops %s any effect: every event arrives, ids are stable",
    async (moment) => {
      const points: string[] = [];
      for (let nth = 1; ; nth += 1) {
        const endpoint = await newEndpoint();
        await endJobs(endpoint.tenantId, 2);
        const stopping = stopAt(context, nth, moment);
        const dying = { ...context, ...stopping.context, queues: { ...context.queues } };
        await sendDeliveries(dying, endpoint.id).catch((error: Error) => {
          if (!stopping.stopped()) throw error;
        });
        // Another worker, once the lease is over.
        clock.advance(60_000);
        expect(await sweep()).toMatchObject({ rung: expect.any(Number) });
        await sendDeliveries(context, endpoint.id);
        const rows = await deliveriesOf(endpoint.id);
        expect(rows.map(({ state }) => state)).toEqual(["delivered", "delivered"]);
        const expected = new Set(rows.map(({ eventId }) => eventId));
        const arrived = receivedIds().filter((id) => expected.has(id ?? ""));
        expect(new Set(arrived)).toEqual(expected);
        if (!stopping.stopped()) break;
        points.push(`${moment} ${stopping.effects().at(-1)}`);
      }
      expect(points.join()).toMatch(/\$queryRaw.*customer POST.*\$queryRaw/);
    },
  );

  test("again and again during many deliveries loses none, and keeps a FIFO endpoint's order", async () => {
    const plain = await newEndpoint();
    const fifo = await makeEndpoint(context, plain.tenantId, { url: `${receiver.url}/fifo`, fifo: "endpoint" });
    await endJobs(plain.tenantId, 40);
    for (let life = 0; life < 8; life += 1) {
      const stopping = stopAt(context, 4 + 3 * life, life % 2 === 0 ? "before" : "after");
      const dying = { ...context, ...stopping.context, queues: { ...context.queues } };
      await Promise.allSettled([sendDeliveries(dying, plain.id), sendDeliveries(dying, fifo.id)]);
      clock.advance(60_000);
    }
    await sendDeliveries(context, plain.id);
    await sendDeliveries(context, fifo.id);
    const pathOf = (path: string) => receiver.requests.filter((request) => request.path === path);
    const expected = (await deliveriesOf(fifo.id)).map(({ eventId }) => eventId);
    expect(new Set(pathOf("/hook").map(({ headers }) => headers["webhook-id"]))).toEqual(new Set(expected));
    // At least once, and in order: a repeat comes right after what it repeats.
    const inOrder = pathOf("/fifo").map(({ headers }) => headers["webhook-id"]);
    expect(inOrder.filter((id, index) => id !== inOrder[index - 1])).toEqual(expected);
  });

  test("while it holds an endpoint leaves it to the next, not before its lease ends", async () => {
    const endpoint = await newEndpoint({ concurrency: 5 });
    await endJobs(endpoint.tenantId, 5);
    const holdEndsAt = new Date(clock.now().getTime() + 30_000);
    const dead = { endpointId: endpoint.id, holder: "who died" };
    expect(await holdEndpoint(context.db, dead, { now: clock.now(), holdEndsAt })).toMatchObject({ id: endpoint.id });
    expect(await sendDeliveries(context, endpoint.id)).toBe("nothing_to_do");
    clock.advance(5_000);
    expect((await sweep()).rung).toBe(0);
    clock.set(holdEndsAt);
    expect((await sweep()).rung).toBe(1);
    expect(await sendDeliveries(context, endpoint.id)).toBe("sent");
    expect(new Set(receivedIds()).size).toBe(5);
  });
});

describe("the sweep", () => {
  test("rings for what is overdue and could be sent, and for nothing else", async () => {
    const [due, paused, open, blocked] = [
      await newEndpoint(),
      await newEndpoint(),
      await newEndpoint(),
      await newEndpoint(),
    ];
    const later = new Date(clock.now().getTime() + 3_600_000);
    const set = (id: string, data: object) => context.db.endpoint.update({ where: { id }, data });
    await set(paused.id, { state: "paused" });
    await set(open.id, { openedAt: clock.now(), probeAt: later, failures: 5 });
    await set(blocked.id, { blockedUntil: later });
    for (const { tenantId } of [due, paused, open, blocked]) await endJobs(tenantId, 1);
    clock.advance(2_000);
    expect((await sweep()).rung).toBe(1);
    await sendDeliveries(context, due.id);
    expect((await sweep()).rung).toBe(0);
    await context.db.delivery.deleteMany({});
  });

  test("cancels what is pending of a deleted endpoint", async () => {
    const endpoint = await newEndpoint();
    await endJobs(endpoint.tenantId, 2);
    await deleteEndpoint(context.db, { tenantId: endpoint.tenantId, endpointId: endpoint.id }, clock.now());
    expect((await sweep()).ended).toBe(2);
    expect(await deliveriesOf(endpoint.id)).toMatchObject([{ state: "canceled" }, { state: "canceled" }]);
  });

  test("ends what could not be tried within its window, and says so", async () => {
    const endpoint = await newEndpoint();
    await context.db.endpoint.update({ where: { id: endpoint.id }, data: { state: "paused" } });
    await endJobs(endpoint.tenantId, 1);
    clock.advance(90 * 3_600_000);
    await sweep();
    expect(await deliveriesOf(endpoint.id)).toMatchObject([{ state: "pending" }]);
    clock.advance(3 * 3_600_000);
    await sweep();
    expect(await deliveriesOf(endpoint.id)).toMatchObject([{ state: "exhausted", error: "expired", attempts: 0 }]);
    clock.set(new Date());
  });

  test("deletes events past their retention, with deliveries and attempts", async () => {
    const endpoint = await newEndpoint();
    await endJobs(endpoint.tenantId, 2);
    await sendDeliveries(context, endpoint.id);
    const [delivery] = await deliveriesOf(endpoint.id);
    clock.advance(31 * 86_400_000);
    await sweep();
    expect(await eventsOf(endpoint.tenantId)).toEqual([]);
    expect(await deliveriesOf(endpoint.id)).toEqual([]);
    expect(await context.db.deliveryAttempt.count({ where: { deliveryId: delivery!.id } })).toBe(0);
    clock.set(new Date());
  });

  test("counts again what an older version did not count, and passes over a batch without jobs", async () => {
    const endpoint = await newEndpoint();
    const { tenantId } = endpoint;
    const [batchId, emptyId] = [newId("bat"), newId("bat")];
    for (const id of [batchId, emptyId]) {
      await context.db.batch.create({ data: { id, tenantId, createdAt: clock.now(), items: [] } });
    }
    const job = await makeJob(context.db, tenantId, clock.now(), { batchId });
    await sweep();
    expect(await context.db.batch.findUniqueOrThrow({ where: { id: batchId } })).toMatchObject({ open: 1 });
    expect((await context.db.batch.findUniqueOrThrow({ where: { id: emptyId } })).announcedAt).toEqual(clock.now());
    await cancelJob(context.db, { tenantId, jobId: job.id }, clock.now());
    await sweep();
    expect((await eventsOf(tenantId)).map(({ type }) => type)).toEqual(["job.canceled", "batch.completed"]);
  });

  test("tells of a batch once its last job has ended, and again after a retry", async () => {
    const endpoint = await newEndpoint();
    const { tenantId } = endpoint;
    const batchId = newId("bat");
    await context.db.batch.create({ data: { id: batchId, tenantId, createdAt: clock.now(), items: [], open: 2 } });
    const jobs = [
      await makeJob(context.db, tenantId, clock.now(), { batchId }),
      await makeJob(context.db, tenantId, clock.now(), { batchId }),
    ];
    const told = async () =>
      (await eventsOf(tenantId)).filter(({ type }) => type === "batch.completed").map(({ data }) => data);
    await cancelJob(context.db, { tenantId, jobId: jobs[0]!.id }, clock.now());
    await sweep();
    expect(await told()).toEqual([]);
    await cancelJob(context.db, { tenantId, jobId: jobs[1]!.id }, clock.now());
    await sweep();
    await sweep();
    const created_at = clock.now().toISOString();
    expect(await told()).toEqual([{ id: batchId, jobs: 2, succeeded: 0, failed: 0, canceled: 2, created_at }]);
    await retryJob(context.db, { tenantId, jobId: jobs[0]!.id }, clock.now());
    await sweep();
    expect(await told()).toHaveLength(1);
    await cancelJob(context.db, { tenantId, jobId: jobs[0]!.id }, clock.now());
    await sweep();
    expect(await told()).toHaveLength(2);
  });
});

describe("job.started", () => {
  test("is made only for an endpoint that names it", async () => {
    const usual = await newEndpoint();
    const curious = await newEndpoint({ events: ["job.started"] });
    for (const { tenantId } of [usual, curious]) {
      await makeJob(context.db, tenantId, clock.now());
      await dispatch(context);
      const [attempt] = await context.db.attempt.findMany({ where: { job: { tenantId } } });
      await startAttempt(context.db, attempt!.id, { now: clock.now(), leaseEndsAt: clock.now() });
    }
    expect(await eventsOf(usual.tenantId)).toEqual([]);
    expect(await eventsOf(curious.tenantId)).toMatchObject([{ type: "job.started", data: { attempts: 1 } }]);
    expect(await deliveriesOf(curious.id)).toHaveLength(1);
  });
});

describe("a job's own webhook_url", () => {
  test("is told of its end, signed with the tenant's default secret", async () => {
    const tenant = await makeTenant(context.db);
    const url = `${receiver.url}/jobs/17?x=1`;
    const request = { tenantId: tenant.id, url, usedUntil: clock.now(), now: clock.now() };
    const webhookEndpointId = await ensureOrigin(context.db, context.secrets, request);
    expect(await ensureOrigin(context.db, context.secrets, request)).toBe(webhookEndpointId);
    const owner = { tenantId: tenant.id, endpointId: null };
    const { secret } = await context.db.$transaction((tx) => rotateSecrets(tx, context.secrets, owner, clock.now()));
    await endJobs(tenant.id, 1, { webhookUrl: url, webhookEndpointId });
    await sendDeliveries(context, webhookEndpointId);
    const [received] = receiver.requests;
    expect(received?.path).toBe("/jobs/17?x=1");
    expect(new Webhook(secret).verify(received!.body.toString(), received!.headers)).toMatchObject({
      type: "job.canceled",
    });
  });

  test("that answers 410 disables nothing: other jobs come with other URLs", async () => {
    const tenant = await makeTenant(context.db);
    const request = { tenantId: tenant.id, url: receiver.url, usedUntil: clock.now(), now: clock.now() };
    const webhookEndpointId = await ensureOrigin(context.db, context.secrets, request);
    await endJobs(tenant.id, 1, { webhookUrl: receiver.url, webhookEndpointId });
    receiver.script({ status: 410 });
    await sendDeliveries(context, webhookEndpointId);
    expect(await deliveriesOf(webhookEndpointId)).toMatchObject([{ state: "exhausted", error: "gone" }]);
    const endpoint = await context.db.endpoint.findUniqueOrThrow({ where: { id: webhookEndpointId } });
    expect(endpoint.state).toBe("enabled");
  });

  test("has its origin deleted once no job and no delivery names it, and made anew for a retry", async () => {
    const tenant = await makeTenant(context.db);
    const webhookUrl = `${receiver.url}/old`;
    const now = clock.now();
    const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000);
    const request = { tenantId: tenant.id, url: webhookUrl, usedUntil: inDays(1), now };
    const webhookEndpointId = await ensureOrigin(context.db, context.secrets, request);
    const [jobId = ""] = await endJobs(tenant.id, 1, { webhookUrl, webhookEndpointId });
    await sendDeliveries(context, webhookEndpointId);
    const origin = () => context.db.endpoint.findUnique({ where: { id: webhookEndpointId } });
    // Used again for later, it stays for longer; a job that ends earlier changes nothing.
    await ensureOrigin(context.db, context.secrets, { ...request, usedUntil: inDays(20) });
    await ensureOrigin(context.db, context.secrets, { ...request, usedUntil: inDays(2) });
    clock.set(inDays(50));
    await sweep();
    expect(await origin()).not.toBeNull();
    clock.set(inDays(52));
    await sweep();
    expect(await deliveriesOf(webhookEndpointId)).toEqual([]);
    expect(await origin()).toBeNull();

    await retryAndFollow(context, { tenantId: tenant.id, jobId }, clock.now());
    await cancelJob(context.db, { tenantId: tenant.id, jobId }, clock.now());
    const job = await context.db.job.findUniqueOrThrow({ where: { id: jobId } });
    await sendDeliveries(context, job.webhookEndpointId ?? "");
    expect(receiver.requests.map(({ path }) => path)).toEqual(["/old", "/old"]);
    clock.set(new Date());
  });
});

describe("retention", () => {
  test("finds what is old by indexes, however much there is", async () => {
    const endpoint = await newEndpoint();
    await endJobs(endpoint.tenantId, 1);
    await copyEvents(endpoint.id, 20_000);
    const plans: string[] = [];
    const explain: Queries = {
      $queryRaw: (async (statement: Sql) => {
        const rows = await context.db.$queryRaw<{ "QUERY PLAN": string }[]>(sql`explain ${statement}`);
        plans.push(rows.map((row) => row["QUERY PLAN"]).join("\n"));
        return [];
      }) as Queries["$queryRaw"],
    };
    const options = { now: clock.now(), retentionDays: 30 };
    await deleteOldEvents(explain, options);
    await deleteUnusedOrigins(explain, options);
    expect(plans).toHaveLength(2);
    expect(plans.join()).not.toMatch(
      /Seq Scan on (events|deliveries|delivery_attempts|endpoints|signing_secrets|replays)/,
    );
    await context.db.event.deleteMany({});
    await context.db.delivery.deleteMany({});
  });
});

/** A past of a month, half of it over. */
async function copyEvents(endpointId: string, count: number): Promise<void> {
  const id = (prefix: string) => raw(`'${prefix}_02' || lpad(n::text, 24, '0')`);
  const { db } = context;
  await db.$executeRaw(sql`
    with event as (
      insert into events (id, tenant_id, type, data, created_at)
      select ${id("evt")}, e.tenant_id, e.type, e.data, e.created_at - n * interval '3 minutes'
      from (select e.* from events e join deliveries d on d.event_id = e.id where d.endpoint_id = ${endpointId} limit 1) e,
        generate_series(1, ${count}::int) n returning *
    ), delivery as (
      insert into deliveries (id, tenant_id, event_id, endpoint_id, type, state, created_at, finished_at)
      select 'dlv' || substr(id, 4), tenant_id, id, ${endpointId}, type, 'delivered', created_at, created_at from event returning id
    )
    insert into delivery_attempts (delivery_id, number, at, ms, status) select id, 1, now(), 5, 200 from delivery`);
  await db.$executeRaw(sql`
    insert into endpoints (id, tenant_id, kind, url, state, concurrency, fifo, created_at, updated_at, tokens_at, used_until, events, header_names)
    select ${id("ep")}, 'ten_x', 'job_url', 'https://' || n || '.example', 'enabled', 1, 'none', now(), now(), now(), now(), '{}', '{}'
    from generate_series(1, ${count}::int) n`);
  await db.$executeRaw(sql`
    insert into signing_secrets (id, tenant_id, endpoint_id, kind, sealed, created_at, expires_at)
    select ${id("sec")}, 'ten_x', 'ep_x' || n, 'hmac', 'sealed', now(), case when n % 50 = 0 then now() end
    from generate_series(1, ${count}::int) n`);
  await db.$executeRaw(sql`
    insert into replays (id, tenant_id, endpoint_id, since, until, only_failed, state, seen_at, created_at, finished_at)
    select ${id("rpl")}, 'ten_x', 'ep_x', now(), now(), true, 'finished', now(), now(), now() from generate_series(1, ${count}::int) n`);
  await db.$executeRaw(sql`analyze events, deliveries, delivery_attempts, endpoints, signing_secrets, replays`);
}

describe("once more", () => {
  test("a resend is a new delivery of the same event", async () => {
    const endpoint = await newEndpoint();
    await endJobs(endpoint.tenantId, 1);
    await sendDeliveries(context, endpoint.id);
    const [first] = await deliveriesOf(endpoint.id);
    const who = { tenantId: endpoint.tenantId, deliveryId: first!.id };
    expect(await resendDelivery(context.db, who, clock.now())).toMatchObject({ outcome: "created" });
    expect(await resendDelivery(context.db, { ...who, tenantId: "ten_other" }, clock.now())).toEqual({
      outcome: "not_found",
    });
    await sendDeliveries(context, endpoint.id);
    expect(receivedIds()).toEqual([first!.eventId, first!.eventId]);
  });

  test("a replay of failures sends what the endpoint has not got, and only that", async () => {
    const endpoint = await newEndpoint();
    const since = clock.now();
    await endJobs(endpoint.tenantId, 3);
    const [got, lost] = await deliveriesOf(endpoint.id);
    receiver.answer(({ headers }) => ({ status: headers["webhook-id"] === got!.eventId ? 200 : 410 }));
    await context.db.endpoint.update({ where: { id: endpoint.id }, data: { concurrency: 1 } });
    await sendDeliveries(context, endpoint.id);
    await sweep();
    expect((await deliveriesOf(endpoint.id)).map(({ state }) => state)).toEqual(["delivered", "exhausted", "canceled"]);
    receiver.answer({ status: 200 });
    await context.db.endpoint.update({ where: { id: endpoint.id }, data: { state: "enabled" } });
    const { tenantId } = endpoint;
    const request = {
      tenantId,
      endpointId: endpoint.id,
      since,
      until: clock.now(),
      onlyFailed: true,
      now: clock.now(),
    };
    const replay = await createReplay(context.db, request);
    await sweep();
    await sendDeliveries(context, endpoint.id);
    expect(receivedIds().slice(2)).toHaveLength(2);
    expect(receivedIds().slice(2)).toContain(lost!.eventId);
    await sweep();
    expect(await context.db.replay.findUniqueOrThrow({ where: { id: replay.id } })).toMatchObject({
      state: "finished",
      created: 2,
    });
  });

  test("a replay is paced: new events wait behind a few old ones at most; and it can be stopped", async () => {
    const endpoint = await newEndpoint({ events: ["test.ping", "job.canceled"] });
    const { tenantId } = endpoint;
    await context.db.endpoint.update({ where: { id: endpoint.id }, data: { state: "disabled" } });
    const job = (await endJobs(tenantId, 1))[0]!;
    const [event] = await eventsOf(tenantId);
    const data = Array.from({ length: 450 }, () => ({ ...event!, data: event!.data as object, id: newId("evt") }));
    await context.db.event.createMany({ data });
    expect(job).toBeTruthy();
    await context.db.endpoint.update({ where: { id: endpoint.id }, data: { state: "enabled" } });
    const range = { since: clock.now(), until: clock.now(), onlyFailed: false, now: clock.now() };
    const replay = await createReplay(context.db, { tenantId, endpointId: endpoint.id, ...range });
    await sweep();
    await sweep();
    expect(await deliveriesOf(endpoint.id)).toHaveLength(200);
    expect(await cancelReplay(context.db, { tenantId: "ten_other", replayId: replay.id }, clock.now())).toBe(false);
    expect(await cancelReplay(context.db, { tenantId, replayId: replay.id }, clock.now())).toBe(true);
    await sweep();
    const states = new Set((await deliveriesOf(endpoint.id)).map(({ state }) => state));
    expect(states).toEqual(new Set(["canceled"]));
  });
});

describe("the feed", () => {
  test("passes by nothing, though events are committed in another order than they happened", async () => {
    const tenant = await makeTenant(context.db);
    const page = (after: bigint | null) => readFeed(context.db, { tenantId: tenant.id, after, limit: 2 });
    await endJobs(tenant.id, 3);
    const first = await page(null);
    expect([first.events.length, first.more]).toEqual([2, true]);
    // Older by its time, but it comes only now.
    const [event] = await eventsOf(tenant.id);
    const createdAt = new Date(clock.now().getTime() - 60_000);
    const late = { ...event!, id: newId("evt"), data: {}, createdAt, position: null };
    await context.db.event.create({ data: late });
    const second = await page(first.lastPosition);
    expect([second.events.length, second.more]).toEqual([2, false]);
    expect(second.events.map(({ id }) => id)).toContain(late.id);
    const third = await page(second.lastPosition);
    expect(third).toEqual({ events: [], lastPosition: null, more: false });
  });

  test("gives every event one place, however many read at once", async () => {
    const tenant = await makeTenant(context.db);
    await endJobs(tenant.id, 20);
    const pages = await Promise.all(
      Array.from({ length: 5 }, () => readFeed(context.db, { tenantId: tenant.id, after: null, limit: 50 })),
    );
    const orders = pages.map(({ events }) => events.map(({ id }) => id).join());
    expect(new Set(orders).size).toBe(1);
    expect(pages[0]?.events).toHaveLength(20);
  });
});
