import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CreateEndpoint } from "@darkroom/contract/endpoints";
import { verifyDelivery } from "@darkroom/contract/verify-delivery";
import { type Sql, sql } from "@darkroom/core/db/database";
import { sendTest } from "@darkroom/core/deliveries/send-test";
import type { EndpointRow } from "@darkroom/core/endpoints/endpoint-row";
import { rotateSecrets } from "@darkroom/core/endpoints/signing-secrets";
import { cancelJob } from "@darkroom/core/jobs/cancel-job";
import type { NewJob } from "@darkroom/core/jobs/create-jobs";
import { findProgram } from "@darkroom/testing/find-program";
import { makeEndpoint } from "@darkroom/testing/make-endpoint";
import { makeJob, makeTenant } from "@darkroom/testing/make-job";
import { type ManualClock, manualClock } from "@darkroom/testing/manual-clock";
import { openTestContext, type TestContext } from "@darkroom/testing/open-test-context";
import { type Answer, type ReceivedRequest, type Receiver, startReceiver } from "@darkroom/testing/start-receiver";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sendDeliveries } from "./send-deliveries.ts";

// The handler is called by hand, with a clock the test owns: what the queue would do is not waited for.
let context: TestContext;
let clock: ManualClock;
let receiver: Receiver;

beforeAll(async () => {
  // The published verifier goes by the real time.
  clock = manualClock(new Date());
  context = await openTestContext({ clock });
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

/** A job of the tenant that ends at once, and with it an event. */
async function endJob(tenantId: string, changes: Partial<NewJob> = {}): Promise<string> {
  const job = await makeJob(context.db, tenantId, clock.now(), changes);
  await cancelJob(context.db, { tenantId, jobId: job.id }, clock.now());
  return job.id;
}

function newGate() {
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { gate, open: () => open() };
}

const send = (endpoint: Pick<EndpointRow, "id">, using = context) => sendDeliveries(using, endpoint.id);
const deliveriesOf = (endpoint: Pick<EndpointRow, "id">) =>
  context.db.delivery.findMany({ where: { endpointId: endpoint.id }, orderBy: { seq: "asc" } });
const endpointOf = ({ id }: Pick<EndpointRow, "id">) => context.db.endpoint.findUniqueOrThrow({ where: { id } });
const logOf = (deliveryId: string) =>
  context.db.deliveryAttempt.findMany({ where: { deliveryId }, orderBy: { number: "asc" } });

function verify(request: ReceivedRequest | undefined, secret: string) {
  const { headers, body } = request!;
  return new Webhook(secret).verify(body.toString(), headers) as { id: string; type: string; data: unknown };
}

describe("what is sent", () => {
  test("leaves how long it took for the kept sums, once it arrived", async () => {
    const endpoint = await newEndpoint();
    const timesOf = () => context.db.deliveryTime.findMany({ where: { tenantId: endpoint.tenantId } });
    receiver.script({ status: 500 });
    await endJob(endpoint.tenantId);
    await send(endpoint);
    expect(await timesOf()).toEqual([]);
    const hourMs = 3_600_000;
    clock.advance(hourMs);
    await send(endpoint);
    await send(endpoint);
    expect(await timesOf()).toMatchObject([{ ms: BigInt(hourMs), deliveredAt: clock.now() }]);
    clock.set(new Date());
  });

  test("is a signed event that the published package verifies", async () => {
    const endpoint = await newEndpoint({ headers: { Authorization: "Bearer theirs" } });
    const jobId = await endJob(endpoint.tenantId, { metadata: { order: "A-17" }, tags: ["x"] });
    expect(await send(endpoint)).toBe("sent");
    const [request] = receiver.requests;
    const event = verify(request, endpoint.secret);
    const [delivery] = await deliveriesOf(endpoint);
    expect(event).toMatchObject({ id: delivery?.eventId, type: "job.canceled", version: 1 });
    expect(event.data).toMatchObject({ id: jobId, status: "canceled", charged: "no", metadata: { order: "A-17" } });
    expect(JSON.stringify(event)).not.toContain("quiet harbour");
    expect(request).toMatchObject({ method: "POST", path: "/hook" });
    expect(request?.headers).toMatchObject({
      "webhook-id": delivery?.eventId,
      "content-type": "application/json",
      "user-agent": "Darkroom-Webhooks/1",
      authorization: "Bearer theirs",
    });
    expect(delivery).toMatchObject({ state: "delivered", attempts: 1, status: 200, dueAt: null });
    expect(await logOf(delivery!.id)).toMatchObject([{ number: 1, status: 200, error: null, body: "" }]);
  });

  test("stays small: metadata that is large is left out", async () => {
    const endpoint = await newEndpoint();
    const metadata = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`key-${index}`, "ü".repeat(500)]));
    await endJob(endpoint.tenantId, { metadata });
    await send(endpoint);
    const [request] = receiver.requests;
    expect(request!.body.length).toBeLessThan(20_000);
    expect(verify(request, endpoint.secret).data).toMatchObject({ metadata: null });
  });

  test("keeps its id and its bytes over attempts, with a new timestamp and signature", async () => {
    const endpoint = await newEndpoint();
    await endJob(endpoint.tenantId);
    receiver.script({ status: 500 });
    await send(endpoint);
    clock.advance(10_000);
    await send(endpoint);
    const [first, second] = receiver.requests;
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    expect(second?.body).toEqual(first?.body);
    expect(Number(second?.headers["webhook-timestamp"]) - Number(first?.headers["webhook-timestamp"])).toBe(10);
    expect(second?.headers["webhook-signature"]).not.toBe(first?.headers["webhook-signature"]);
    verify(second, endpoint.secret);
  });

  test("is signed with ed25519, too, where the endpoint asks for it", async () => {
    const endpoint = await newEndpoint({ ed25519: true });
    await endJob(endpoint.tenantId);
    await send(endpoint);
    const [request] = receiver.requests;
    expect(request?.headers["webhook-signature"]).toMatch(/^v1a?,\S+ v1a?,\S+$/);
    const key = await context.db.signingSecret.findFirstOrThrow({
      where: { endpointId: endpoint.id, kind: "ed25519" },
    });
    const publicKeys = [Buffer.from(key.publicKey!).toString("base64url")];
    const { headers, body } = request!;
    expect(await verifyDelivery({ headers, body, publicKeys, now: clock.now() })).toMatchObject({
      outcome: "verified",
    });
    expect(await verifyDelivery({ headers, body: `${body} `, publicKeys, now: clock.now() })).toEqual({
      outcome: "refused",
      reason: "bad_signature",
    });
  });

  test("carries both signatures for a day after a rotation", async () => {
    const endpoint = await newEndpoint();
    const owner = { tenantId: endpoint.tenantId, endpointId: endpoint.id };
    const rotated = await context.db.$transaction((tx) => rotateSecrets(tx, context.secrets, owner, clock.now()));
    await endJob(endpoint.tenantId);
    await send(endpoint);
    const [during] = receiver.requests;
    verify(during, rotated.secret);
    verify(during, endpoint.secret);
    clock.advance(86_400_000);
    await endJob(endpoint.tenantId);
    await send(endpoint);
    const { headers, body } = receiver.requests[1]!;
    const now = clock.now();
    expect(await verifyDelivery({ headers, body, secrets: rotated.secret, now })).toMatchObject({
      outcome: "verified",
    });
    expect(await verifyDelivery({ headers, body, secrets: endpoint.secret, now })).toMatchObject({
      reason: "bad_signature",
    });
    clock.set(new Date());
  });

  test("goes to the endpoints that want it, and to no other tenant's", async () => {
    const all = await newEndpoint();
    const failures = await makeEndpoint(context, all.tenantId, { url: receiver.url, events: ["job.failed"] });
    const foreign = await newEndpoint();
    await endJob(all.tenantId);
    expect(await deliveriesOf(all)).toHaveLength(1);
    expect(await deliveriesOf(failures)).toHaveLength(0);
    expect(await deliveriesOf(foreign)).toHaveLength(0);
  });
});

/** What each failure is documented to lead to (docs/webhooks.md). */
type Behaviour = { state: string; error: string | null; status: number | null; restMs?: [number, number] };

const soon: [number, number] = [4_000, 6_000];
const later: [number, number] = [48_000, 72_000];

describe("endpoints that are rung for together", () => {
  /** The context, and what its raw statements were. */
  function watched(): { context: TestContext; texts: string[] } {
    const texts: string[] = [];
    const $queryRaw = (statement: Sql) => {
      texts.push(statement.text);
      return context.db.$queryRaw(statement);
    };
    const db = new Proxy(context.db, {
      get: (target, key) => (key === "$queryRaw" ? $queryRaw : Reflect.get(target, key)),
    });
    return { context: { ...context, db }, texts };
  }

  test("share their statements; each is sent what is its own, signed with its own secret", async () => {
    const tenant = await makeTenant(context.db);
    const paths = Array.from({ length: 12 }, (_, index) => `/hook/${index}`);
    const make = (path: string) => makeEndpoint(context, tenant.id, { url: `${receiver.url}${path}` });
    const endpoints = await Promise.all(paths.map(make));
    const jobIds = [await endJob(tenant.id), await endJob(tenant.id)];
    const { context: using, texts } = watched();
    expect(new Set(await Promise.all(endpoints.map((endpoint) => send(endpoint, using))))).toEqual(new Set(["sent"]));
    for (const [index, path] of paths.entries()) {
      const received = receiver.requests.filter((request) => request.path === path);
      const told = received.map((request) => verify(request, endpoints[index]!.secret).data);
      expect(told.map((data) => (data as { id: string }).id).sort()).toEqual(jobIds.sort());
    }
    const rows = (await Promise.all(endpoints.map(deliveriesOf))).flat();
    expect(rows.map(({ state, attempts }) => `${state} ${attempts}`)).toEqual(Array(24).fill("delivered 1"));
    expect((await Promise.all(endpoints.map(endpointOf))).map(({ heldBy }) => heldBy)).toEqual(Array(12).fill(null));
    expect(texts.filter((text) => text.includes("set held_by = free.holder"))).toHaveLength(1);
    expect(texts.filter((text) => text.includes("from deliveries d join events e"))).toHaveLength(1);
  });

  test("do not keep each other from being sent to: one is held, one paused, one has an open circuit", async () => {
    const tenant = await makeTenant(context.db);
    const make = (path: string) => makeEndpoint(context, tenant.id, { url: `${receiver.url}${path}` });
    const endpoints = await Promise.all(["/well", "/held", "/paused", "/open"].map(make));
    const [, held, paused, open] = endpoints.map(({ id }) => id);
    await endJob(tenant.id);
    const later = new Date(clock.now().getTime() + 60_000);
    const change = (id: string | undefined, data: object) => context.db.endpoint.update({ where: { id: id! }, data });
    await change(held, { heldBy: "another", heldUntil: later });
    await change(paused, { state: "paused" });
    await change(open, { failures: 5, openedAt: clock.now(), probeAt: later });
    const outcomes = await Promise.all(endpoints.map((endpoint) => send(endpoint)));
    expect(outcomes).toEqual(["sent", "nothing_to_do", "nothing_to_do", "nothing_to_do"]);
    expect(receiver.requests.map(({ path }) => path)).toEqual(["/well"]);
    expect(await endpointOf({ id: held! })).toMatchObject({ heldBy: "another", heldUntil: later });
  });
});

describe("a receiver that misbehaves", () => {
  test.each<[string, Answer, Behaviour]>([
    ["500", { status: 500, body: "no" }, { state: "pending", error: "http_status", status: 500, restMs: soon }],
    ["400", { status: 400 }, { state: "pending", error: "http_status", status: 400, restMs: soon }],
    ["429", { status: 429 }, { state: "pending", error: "http_status", status: 429, restMs: later }],
    [
      "429 with Retry-After",
      { status: 429, headers: { "retry-after": "90" } },
      { state: "pending", error: "http_status", status: 429, restMs: [90_000, 90_000] },
    ],
    [
      "503 with a Retry-After of years",
      { status: 503, headers: { "retry-after": "99999999" } },
      { state: "pending", error: "http_status", status: 503, restMs: [120_000, 120_000] },
    ],
    ["410", { status: 410 }, { state: "exhausted", error: "gone", status: 410 }],
    [
      "abort-message",
      { status: 500, headers: { "webhook-delivery": "abort-message" } },
      { state: "exhausted", error: "http_status", status: 500 },
    ],
    ["no answer", { hang: true }, { state: "pending", error: "timeout", status: null, restMs: later }],
    ["a reset", { reset: true }, { state: "pending", error: "connection", status: null, restMs: soon }],
    ["a body that drips", { drip: true }, { state: "delivered", error: null, status: 200 }],
    ["a huge body", { hugeBodyBytes: 50_000_000 }, { state: "delivered", error: null, status: 200 }],
    [
      "a redirect to a private address",
      { redirectTo: "http://10.0.0.1/" },
      { state: "pending", error: "redirect", status: 302, restMs: soon },
    ],
  ])("%s", async (_name, answer, expected) => {
    const endpoint = await newEndpoint();
    await endJob(endpoint.tenantId);
    receiver.answer(answer);
    // Only who hangs or drips is waited for, and not for 15 s.
    const timeoutMs = "hang" in answer || "drip" in answer ? 300 : 15_000;
    await send(endpoint, { ...context, env: { ...context.env, DELIVERY_TIMEOUT_MS: timeoutMs } });
    const [delivery] = await deliveriesOf(endpoint);
    const { restMs, ...columns } = expected;
    expect(delivery).toMatchObject(columns);
    expect(receiver.requests).toHaveLength(1);
    const [attempt] = await logOf(delivery!.id);
    expect(attempt?.body?.length ?? 0).toBeLessThanOrEqual(1_024);
    if (!restMs) return expect(delivery?.dueAt).toBeNull();
    const waits = delivery!.dueAt!.getTime() - clock.now().getTime();
    expect(waits).toBeGreaterThanOrEqual(restMs[0]);
    expect(waits).toBeLessThanOrEqual(restMs[1]);
  });

  test.each([
    ["plain HTTP where TLS should be", "https", "HTTP/1.1 200 OK\r\n\r\n", "tls"],
    ["no HTTP", "http", "SSH-2.0-OpenSSH_9.2\r\n", "bad_response"],
  ])("%s", async (_name, scheme, answer, error) => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const endpoint = await newEndpoint({ url: `${scheme}://127.0.0.1:${port}/` });
    await endJob(endpoint.tenantId);
    await send(endpoint);
    expect(await deliveriesOf(endpoint)).toMatchObject([{ state: "pending", error, status: null }]);
    server.close();
  });

  const openssl = findProgram("openssl");
  test.skipIf(!openssl)(
    `a certificate of its own making${openssl ? "" : " (not run: openssl is not on the PATH)"}`,
    async () => {
      const dir = mkdtempSync(join(tmpdir(), "darkroom-tls-"));
      const [keyFile, certFile] = [join(dir, "key.pem"), join(dir, "cert.pem")];
      const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
      const files = ["-keyout", keyFile, "-out", certFile, "-subj", "/CN=127.0.0.1"];
      spawnSync(openssl ?? "", ["req", "-x509", ...curve, ...files]);
      const options = { key: readFileSync(keyFile), cert: readFileSync(certFile) };
      const server = createTlsServer(options, (_request, response) => response.end("hello"));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as { port: number };
      const endpoint = await newEndpoint({ url: `https://127.0.0.1:${port}/` });
      await endJob(endpoint.tenantId);
      await send(endpoint);
      expect(await deliveriesOf(endpoint)).toMatchObject([{ state: "pending", error: "tls", status: null }]);
      server.close();
    },
  );

  test.each([
    ["http://10.0.0.1/", "blocked_address"],
    ["http://169.254.169.254/latest/meta-data/", "blocked_address"],
    ["http://[::ffff:10.0.0.1]/", "blocked_address"],
    ["http://nobody.invalid/", "dns"],
  ])("%s, had it got past the check at creation, is not connected to", async (url, error) => {
    const endpoint = await newEndpoint({ url });
    await endJob(endpoint.tenantId);
    await send(endpoint);
    expect(await deliveriesOf(endpoint)).toMatchObject([{ state: "pending", error, status: null }]);
  });

  test("429 and timeouts halve the pace; successes bring it back, step by step", async () => {
    const endpoint = await newEndpoint();
    await endJob(endpoint.tenantId);
    receiver.script({ status: 429, headers: { "retry-after": "30" } });
    await send(endpoint);
    const blockedUntil = new Date(clock.now().getTime() + 30_000);
    expect(await endpointOf(endpoint)).toMatchObject({ slowness: 1, blockedUntil });
    await endJob(endpoint.tenantId);
    clock.advance(29_000);
    expect(await send(endpoint)).toBe("nothing_to_do");
    clock.advance(1_000);
    expect(await send(endpoint)).toBe("sent");
    expect(await endpointOf(endpoint)).toMatchObject({ slowness: 0 });
  });

  test("410 disables the endpoint and tells the others", async () => {
    const endpoint = await newEndpoint();
    const other = await makeEndpoint(context, endpoint.tenantId, { url: `${receiver.url}/other` });
    await endJob(endpoint.tenantId);
    receiver.script({ status: 410 });
    await send(endpoint);
    expect(await endpointOf(endpoint)).toMatchObject({ state: "disabled", reason: "gone" });
    await send(other);
    const told = receiver.requests
      .filter(({ path }) => path === "/other")
      .map((request) => verify(request, other.secret));
    expect(told).toMatchObject([
      { type: "job.canceled" },
      { type: "endpoint.disabled", data: { id: endpoint.id, reason: "gone" } },
    ]);
    await endJob(endpoint.tenantId);
    expect(await deliveriesOf(endpoint)).toHaveLength(1);
  });

  test("five days of nothing but failures disable it, one success in between does not", async () => {
    const days = (count: number) => new Date(clock.now().getTime() - count * 86_400_000);
    const endpoint = await newEndpoint();
    const failing = { failures: 4, failingSince: days(5) };
    await context.db.endpoint.update({ where: { id: endpoint.id }, data: failing });
    await endJob(endpoint.tenantId);
    await send(endpoint);
    expect(await endpointOf(endpoint)).toMatchObject({ state: "enabled", failures: 0, failingSince: null });
    await context.db.endpoint.update({ where: { id: endpoint.id }, data: failing });
    await endJob(endpoint.tenantId);
    receiver.script({ status: 500 });
    await send(endpoint);
    expect(await endpointOf(endpoint)).toMatchObject({ state: "disabled", reason: "failing" });
  });
});

test("ten attempts at the documented times, then it is exhausted", async () => {
  const endpoint = await newEndpoint();
  await endJob(endpoint.tenantId);
  receiver.answer({ status: 500 });
  const pausesMs: number[] = [];
  for (;;) {
    await send(endpoint);
    const [delivery] = await deliveriesOf(endpoint);
    if (!delivery?.dueAt) break;
    pausesMs.push(delivery.dueAt.getTime() - clock.now().getTime());
    // An open circuit lets a probe through, but not earlier than it says.
    const { probeAt } = await endpointOf(endpoint);
    clock.set(new Date(Math.max(delivery.dueAt.getTime(), probeAt?.getTime() ?? 0)));
  }
  const [, ...pausesSeconds] = context.env.DELIVERY_RETRY_SECONDS;
  expect(pausesMs).toHaveLength(pausesSeconds.length);
  for (const [index, pauseMs] of pausesMs.entries()) {
    expect(Math.abs(pauseMs / 1000 / pausesSeconds[index]! - 1)).toBeLessThanOrEqual(0.2001);
  }
  expect(receiver.requests).toHaveLength(10);
  expect(await deliveriesOf(endpoint)).toMatchObject([{ state: "exhausted", attempts: 10 }]);
  clock.set(new Date());
});

describe("an endpoint's circuit", () => {
  test("opens after five failures, lets one probe through, and closes with its success", async () => {
    const endpoint = await newEndpoint({ concurrency: 1 });
    for (let count = 0; count < 12; count += 1) await endJob(endpoint.tenantId);
    receiver.answer({ status: 500 });
    await send(endpoint);
    expect(receiver.requests).toHaveLength(5);
    expect(await endpointOf(endpoint)).toMatchObject({ failures: 5, openedAt: clock.now() });
    // However often it is rung for meanwhile, nothing is written: not even that somebody looked.
    const versionOf = () => context.db.$queryRaw(sql`select xmin::text from endpoints where id = ${endpoint.id}`);
    const before = await versionOf();
    expect(await send(endpoint)).toBe("nothing_to_do");
    expect(await versionOf()).toEqual(before);
    clock.advance(10_000);
    await send(endpoint);
    expect(receiver.requests).toHaveLength(6);
    receiver.answer({ status: 200 });
    clock.advance(20_000);
    await send(endpoint);
    // All twelve: the circuit cost none of them an attempt.
    expect(new Set(receiver.requests.map(({ headers }) => headers["webhook-id"])).size).toBe(12);
    expect((await deliveriesOf(endpoint)).every(({ state }) => state === "delivered")).toBe(true);
    expect(await endpointOf(endpoint)).toMatchObject({ failures: 0, openedAt: null, failingSince: null });
  });

  test("that stays open costs the others nothing: they are sent while the dead one hangs", async () => {
    const dead = await newEndpoint({ concurrency: 2 });
    const alive = await makeEndpoint(context, dead.tenantId, { url: `${receiver.url}/alive` });
    for (let count = 0; count < 10; count += 1) await endJob(dead.tenantId);
    const { gate, open } = newGate();
    receiver.answer(({ path }) => (path === "/hook" ? { status: 500, when: gate } : { status: 200 }));
    const hanging = send(dead);
    await receiver.received(2);
    await send(alive);
    const byPath = (path: string) => receiver.requests.filter((request) => request.path === path);
    expect(byPath("/alive")).toHaveLength(10);
    expect(byPath("/hook")).toHaveLength(2);
    open();
    await hanging;
    expect((await deliveriesOf(alive)).every(({ state }) => state === "delivered")).toBe(true);
  });
});

describe("an endpoint's limits", () => {
  test("so many per second, and the rest when the second has passed", async () => {
    const endpoint = await newEndpoint({ rate_limit: 2 });
    for (let count = 0; count < 5; count += 1) await endJob(endpoint.tenantId);
    const sent: number[] = [];
    for (let second = 0; second < 4; second += 1) {
      await send(endpoint);
      sent.push(receiver.requests.length);
      clock.advance(1_000);
    }
    expect(sent).toEqual([1, 3, 5, 5]);
  });

  test("so many at once, over all processes", async () => {
    const endpoint = await newEndpoint({ concurrency: 3 });
    for (let count = 0; count < 9; count += 1) await endJob(endpoint.tenantId);
    let present = 0;
    let most = 0;
    const leave = () => {
      present -= 1;
    };
    const { gate, open } = newGate();
    receiver.answer(() => {
      present += 1;
      most = Math.max(most, present);
      return { status: 200, when: gate.then(leave) };
    });
    // Another process has other connections: what it has in hand it knows from rows alone.
    const other = { ...context, queues: { ...context.queues } };
    const sending = Promise.all([send(endpoint), send(endpoint, other)]);
    await receiver.received(3);
    open();
    await sending;
    await send(endpoint);
    expect(most).toBe(3);
    const ids = receiver.requests.map(({ headers }) => headers["webhook-id"]);
    expect([ids.length, new Set(ids).size]).toEqual([9, 9]);
  });
});

describe("FIFO", () => {
  const order = () => receiver.requests.map(({ headers }) => headers["webhook-id"]);

  test("of an endpoint: one after the other, and a failure holds up what is behind it", async () => {
    const endpoint = await newEndpoint({ fifo: "endpoint" });
    for (let count = 0; count < 4; count += 1) await endJob(endpoint.tenantId);
    const expected = (await deliveriesOf(endpoint)).map(({ eventId }) => eventId);
    receiver.script({ status: 200 }, { status: 500 });
    await send(endpoint);
    expect(order()).toEqual(expected.slice(0, 2));
    clock.advance(3_000);
    expect(await send(endpoint)).toBe("nothing_to_do");
    clock.advance(3_000);
    await send(endpoint);
    expect(order()).toEqual([expected[0], expected[1], ...expected.slice(1)]);
  });

  test("of a job: only its own events wait for each other", async () => {
    const endpoint = await newEndpoint({ fifo: "job", events: ["job.canceled", "job.started"] });
    const [first, second] = [await endJob(endpoint.tenantId), await endJob(endpoint.tenantId)];
    // Another event of the first job, behind the one that fails.
    const [stuck] = await deliveriesOf(endpoint);
    const event = await context.db.event.findUniqueOrThrow({ where: { id: stuck!.eventId } });
    const later = { ...event, id: `${event.id.slice(0, -4)}zzzz`, data: event.data as object };
    await context.db.event.create({ data: later });
    const { seq: _, ...row } = stuck!;
    await context.db.delivery.create({ data: { ...row, id: `${row.id.slice(0, -4)}zzzz`, eventId: later.id } });
    receiver.answer(({ headers }) => ({ status: headers["webhook-id"] === event.id ? 500 : 200 }));
    await send(endpoint);
    expect(order()).toHaveLength(2);
    expect(order()).not.toContain(later.id);
    const jobs = receiver.requests.map(({ body }) => (JSON.parse(body.toString()) as { data: { id: string } }).data.id);
    expect(jobs.sort()).toEqual([first, second].sort());
    receiver.answer({ status: 200 });
    clock.advance(10_000);
    await send(endpoint);
    expect(order().slice(2)).toEqual([event.id, later.id]);
  });
});

describe("an endpoint that is not enabled", () => {
  test("is sent nothing while it is paused, and everything afterwards", async () => {
    const endpoint = await newEndpoint();
    await context.db.endpoint.update({ where: { id: endpoint.id }, data: { state: "paused" } });
    await endJob(endpoint.tenantId);
    expect(await send(endpoint)).toBe("nothing_to_do");
    expect(receiver.requests).toHaveLength(0);
    await context.db.endpoint.update({ where: { id: endpoint.id }, data: { state: "enabled" } });
    expect(await send(endpoint)).toBe("sent");
  });
});

test("a test event goes the way of every delivery, also to who wants other types", async () => {
  const endpoint = await newEndpoint({ events: ["job.failed"] });
  await sendTest(context.db, endpoint, clock.now());
  await send(endpoint);
  expect(verify(receiver.requests[0], endpoint.secret)).toMatchObject({
    type: "test.ping",
    data: { endpoint_id: endpoint.id },
  });
});

test("secrets that do not open cost a log line a minute, and no attempt", async () => {
  const endpoint = await newEndpoint();
  await endJob(endpoint.tenantId);
  await context.db.signingSecret.updateMany({ where: { endpointId: endpoint.id }, data: { sealed: "00000000.AAAA" } });
  expect(await send(endpoint)).toBe("moved_on");
  expect(await endpointOf(endpoint)).toMatchObject({ blockedUntil: new Date(clock.now().getTime() + 60_000) });
  expect(await deliveriesOf(endpoint)).toMatchObject([{ state: "pending", attempts: 0 }]);
});
