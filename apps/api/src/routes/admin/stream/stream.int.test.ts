import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type StreamEventName, streamEventSchemas } from "@darkroom/contract/admin/stream";
import { endSession } from "@darkroom/core/access/end-sessions";
import { startBulk } from "@darkroom/core/bulk/start-bulk";
import { openDatabase } from "@darkroom/core/db/database";
import { cancelJob } from "@darkroom/core/jobs/cancel-job";
import { makeJob } from "@darkroom/testing/make-job";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listen, stopServing } from "../../../serve.ts";
import { logInAs } from "../../../testing/log-in-as.ts";
import { openTestApi } from "../../../testing/open-test-api.ts";

const api = await openTestApi();
const { db, clock, env } = api.context;
const viewer = await logInAs(api, "viewer", { payloads: true });
let server: Server;

beforeAll(async () => {
  server = await listen(api.app, { HOST: "127.0.0.1", PORT: 0 });
});
afterAll(async () => {
  await stopServing(server, 100);
  await api.close();
});

type Told = { event: StreamEventName; id: string | undefined; data: never };

/** Reads events of a connection one after the other, each checked against the contract. */
async function open(lastEventId?: string) {
  const { port } = server.address() as AddressInfo;
  const gone = new AbortController();
  const headers = { cookie: viewer.cookie, ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }) };
  const response = await fetch(`http://127.0.0.1:${port}/admin/api/stream`, { headers, signal: gone.signal });
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const next = async (): Promise<Told | null> => {
    while (!text.includes("\n\n")) {
      const { done, value } = await reader.read();
      if (done) return null;
      text += value;
    }
    const [block = "", ...rest] = text.split("\n\n");
    text = rest.join("\n\n");
    const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2)));
    if (fields.event === undefined) return next();
    const event = fields.event as StreamEventName;
    return { event, id: fields.id, data: streamEventSchemas[event].parse(JSON.parse(fields.data ?? "")) as never };
  };
  const until = async (event: StreamEventName, fits: (data: never) => boolean = () => true): Promise<Told> => {
    for (let told = await next(); told; told = await next()) if (told.event === event && fits(told.data)) return told;
    throw new Error(`the stream ended before ${event}`);
  };
  return { next, until, close: () => gone.abort() };
}

const tells = (id: string) => (data: { jobs: { id: string }[] }) => data.jobs.some((job) => job.id === id);
const make = () => makeJob(db, api.tenant.id, clock.now());

test("tells of every change and of the present counts, without payloads", async () => {
  const stream = await open();
  expect(await stream.next()).toMatchObject({ event: "hello", data: { gap: false } });
  const now = await stream.until("now");
  expect(now.data).toMatchObject({ slots: 11, workers_alive: 0 });
  const job = await make();
  const told = await stream.until("jobs", tells(job.id) as never);
  const item = (told.data as { jobs: { id: string }[] }).jobs.find(({ id }) => id === job.id);
  expect(item).toMatchObject({ status: "queued" });
  expect(item).not.toHaveProperty("prompt_excerpt");
  await cancelJob(db, { tenantId: api.tenant.id, jobId: job.id }, clock.now());
  await stream.until("jobs", tells(job.id) as never);
  const bulk = { action: "cancel", filter: {}, jobIds: [], perSecond: 1, createdBy: "test", now: clock.now() } as const;
  const { id } = await startBulk(db, bulk);
  expect((await stream.until("bulk")).data).toMatchObject({ id, state: "running" });
  stream.close();
});

test("goes on after a break where it ended, also from the very beginning", async () => {
  const stream = await open();
  const hello = await stream.until("hello");
  stream.close();
  const missed = await make();
  const again = await open(hello.id);
  const told = await again.until("jobs", tells(missed.id) as never);
  again.close();
  const quiet = await open(told.id);
  const [first, next] = [await quiet.next(), await make()];
  expect(first).toMatchObject({ event: "hello", data: { gap: false } });
  await quiet.until("jobs", tells(next.id) as never);
  quiet.close();
});

test("says so when too much was missed", async () => {
  const job = await make();
  await db.timelineEntry.createMany({
    data: Array.from({ length: 2_500 }, () => ({ jobId: job.id, at: clock.now(), kind: "copy.failed" })),
  });
  const stream = await open("1");
  expect(await stream.next()).toMatchObject({ event: "hello", data: { gap: true } });
  stream.close();
});

test("tells of a change that was committed after later ones", async () => {
  const stream = await open();
  await stream.until("now");
  const other = openDatabase({ url: env.DATABASE_URL, poolMax: 2, applicationName: "test" });
  let commit: () => void = () => {};
  let slowId = "";
  const begun = new Promise<void>((resolve) => {
    const held = new Promise<void>((release) => {
      commit = release;
    });
    void other.$transaction(async (tx) => {
      slowId = (await makeJob(tx as typeof db, api.tenant.id, clock.now())).id;
      resolve();
      await held;
    });
  });
  await begun;
  const quick = await make();
  const before = await stream.until("jobs", tells(quick.id) as never);
  commit();
  await stream.until("jobs", tells(slowId) as never);
  stream.close();
  // Whoever is cut off in between is told of it, too.
  const again = await open(before.id);
  await again.until("jobs", tells(slowId) as never);
  again.close();
  await other.$disconnect();
});

test("ends with the session", async () => {
  const session = await db.adminSession.findFirstOrThrow({ where: { userId: viewer.userId } });
  const stream = await open();
  await stream.until("hello");
  await endSession(db, session.id);
  expect((await stream.until("end")).data).toEqual({ reason: "session_ended" });
  expect(await stream.next()).toBeNull();
}, 20_000);

test("ends when the process stops", async () => {
  const other = await logInAs(api, "viewer");
  viewer.cookie = other.cookie;
  const stream = await open();
  await stream.until("hello");
  api.stop();
  expect((await stream.until("end")).data).toEqual({ reason: "stopping" });
});
