import { once } from "node:events";
import type { Server } from "node:http";
import { type ClientRequest, get, type IncomingMessage } from "node:http";
import { retryJob } from "@darkroom/core/jobs/retry-job";
import { endJob } from "@darkroom/core/jobs/transition";
import { makeJob } from "@darkroom/testing/make-job";
import { waitFor } from "@darkroom/testing/wait-for";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listen, stopServing } from "../../serve.ts";
import { makeAttempt } from "../../testing/make-attempt.ts";
import { openTestApi } from "../../testing/open-test-api.ts";

const api = await openTestApi();
const { db } = api.context;
let server: Server;
let port = 0;
beforeAll(async () => {
  server = await listen(api.app, { HOST: "127.0.0.1", PORT: 0 });
  port = (server.address() as { port: number }).port;
});
afterAll(async () => {
  await stopServing(server, 0);
  await api.close();
});

type Event = { id: number; event: string | null; kind: string };
type Stream = {
  request: ClientRequest;
  response: IncomingMessage;
  text(): string;
  events(): Event[];
  ended(): boolean;
};

async function follow(jobId: string, lastEventId?: number): Promise<Stream> {
  const headers = {
    authorization: `Bearer ${api.tenant.key}`,
    ...(lastEventId === undefined ? {} : { "last-event-id": String(lastEventId) }),
  };
  const request = get({ port, host: "127.0.0.1", path: `/v1/jobs/${jobId}/stream`, headers, agent: false });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let text = "";
  let ended = false;
  response.setEncoding("utf8").on("data", (chunk) => (text += chunk));
  response.on("end", () => (ended = true)).on("error", () => {});
  return { request, response, text: () => text, events: () => parse(text), ended: () => ended };
}

function parse(text: string): Event[] {
  return text
    .split("\n\n")
    .filter((block) => block.includes("data: "))
    .map((block) => {
      const line = (name: string) =>
        block
          .split("\n")
          .find((part) => part.startsWith(`${name}: `))
          ?.slice(name.length + 2);
      const data = JSON.parse(line("data") ?? "{}") as { seq: number; kind: string };
      expect(String(data.seq)).toBe(line("id"));
      return { id: data.seq, event: line("event") ?? null, kind: data.kind };
    });
}

const cancel = (jobId: string) =>
  endJob(db, { jobId, ending: { to: "canceled", charged: "no", error: null }, now: new Date() });

describe("a job's stream", () => {
  test("tells what has happened, then what happens, and ends with the final entry", async () => {
    const attempt = await makeAttempt(api);
    const stream = await follow(attempt.jobId);
    expect(stream.response.statusCode).toBe(200);
    expect(stream.response.headers["content-type"]).toBe("text/event-stream");
    await waitFor("the past", () => stream.events().length === 3);
    await cancel(attempt.jobId);
    await waitFor("the end", stream.ended);
    expect(stream.events().map(({ kind, event }) => [kind, event])).toEqual([
      ["job.queued", "queued"],
      ["job.submitting", "processing"],
      // The status stays what it was.
      ["attempt.accepted", null],
      ["job.canceled", "canceled"],
    ]);
  });

  test("goes on after Last-Event-ID, without gap or repeat", async () => {
    const attempt = await makeAttempt(api);
    const first = await follow(attempt.jobId);
    await waitFor("the past", () => first.events().length === 3);
    first.request.destroy();
    const second = await follow(attempt.jobId, first.events()[1]?.id);
    await waitFor("the rest", () => second.events().length === 1);
    await cancel(attempt.jobId);
    await waitFor("the end", second.ended);
    expect(second.events().map(({ kind }) => kind)).toEqual(["attempt.accepted", "job.canceled"]);
  });

  test("is 204 when nothing more will come, so that an EventSource gives up", async () => {
    const job = await makeJob(db, api.tenant.id, new Date());
    await cancel(job.id);
    const stream = await follow(job.id);
    await waitFor("the end", stream.ended);
    const again = await follow(job.id, stream.events().at(-1)?.id);
    expect(again.response.statusCode).toBe(204);
  });

  test("does not end at the former end of a job that was opened again", async () => {
    const job = await makeJob(db, api.tenant.id, new Date());
    await cancel(job.id);
    await retryJob(db, { tenantId: api.tenant.id, jobId: job.id }, new Date());
    const stream = await follow(job.id);
    await waitFor("the past", () => stream.events().length === 3);
    expect(stream.ended()).toBe(false);
    await cancel(job.id);
    await waitFor("the end", stream.ended);
  });

  test("reaches fifty readers of different jobs at once", async () => {
    const jobs = await Promise.all(Array.from({ length: 50 }, () => makeJob(db, api.tenant.id, new Date())));
    const streams = await Promise.all(jobs.map((job) => follow(job.id)));
    await Promise.all(jobs.map((job) => cancel(job.id)));
    await waitFor("every end", () => streams.every((stream) => stream.ended()));
    for (const stream of streams)
      expect(stream.events().map(({ kind }) => kind)).toEqual(["job.queued", "job.canceled"]);
  });

  test("refuses a Last-Event-ID that is none", async () => {
    const job = await makeJob(db, api.tenant.id, new Date());
    await api.call("get", `/v1/jobs/${job.id}/stream`).set("last-event-id", "abc").expect(422);
  });
});

describe("Prefer: wait", () => {
  const body = { input: { prompt: "a harbour", image_url: "https://example.com/in.png" } };

  test("answers 200 with the final job as soon as it has ended", async () => {
    const answering = api.call("post", "/v1/jobs").set({ prefer: "wait=30", "idempotency-key": "wait-1" }).send(body);
    const answer = answering.then((reply) => reply);
    const made = await waitFor("the job", () => db.idempotencyKey.findFirst({ where: { key: "wait-1" } }));
    await cancel(made.resourceId);
    const { status, body: job, headers } = await answer;
    expect([status, job.status]).toEqual([200, "canceled"]);
    expect(headers["preference-applied"]).toBe("wait=30");
  });

  test("answers 202 when it has not ended in time", async () => {
    const answer = await api.call("post", "/v1/jobs").set("prefer", "respond-async, wait=1").send(body).expect(202);
    expect(answer.body.status).toBe("queued");
    expect(answer.headers["preference-applied"]).toBe("wait=1");
  });

  test("asks for at most a minute", async () => {
    const answering = api.call("post", "/v1/jobs").set({ prefer: "wait=999", "idempotency-key": "wait-2" }).send(body);
    const answer = answering.then((reply) => reply);
    const made = await waitFor("the job", () => db.idempotencyKey.findFirst({ where: { key: "wait-2" } }));
    await cancel(made.resourceId);
    expect((await answer).headers["preference-applied"]).toBe("wait=60");
  });
});

// The last of this file: afterwards the API is stopping.
test("when the process stops, open streams are closed with a word of why", async () => {
  const job = await makeJob(db, api.tenant.id, new Date());
  const stream = await follow(job.id);
  await waitFor("the past", () => stream.events().length === 1);
  api.stop();
  await waitFor("the end", stream.ended);
  expect(stream.text()).toContain(": this server is stopping");
});
