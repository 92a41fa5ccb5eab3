import { openDatabase } from "@darkroom/core/db/database";
import { createLog } from "@darkroom/core/log";
import { createStorage } from "@darkroom/core/storage/s3";
import type { Express } from "express";
import supertest from "supertest";
import { afterAll, describe, expect, test } from "vitest";
import { createApp } from "../app.ts";
import { openTestApi } from "../testing/open-test-api.ts";
import { pngOf } from "../testing/pictures.ts";
import { sendPieces } from "../testing/send-pieces.ts";

const api = await openTestApi();
afterAll(() => api.close());

describe("an address that is none", () => {
  test("answers 404 as a problem, with an id that is in the header as well", async () => {
    const { body, headers } = await api.call("get", "/v1/nothing?sig=secret").expect(404);
    expect(headers["content-type"]).toContain("application/problem+json");
    expect(body).toEqual({
      type: "/docs/errors#not_found",
      title: "Not found",
      status: 404,
      detail: expect.any(String),
      instance: "/v1/nothing",
      code: "not_found",
      remedy: expect.any(String),
      request_id: headers["x-request-id"],
    });
    expect(headers["x-request-id"]).toMatch(/^req_/);
  });

  test.each([
    ["delete", "/v1/jobs", "POST, GET, HEAD"],
    ["post", "/v1/jobs/job_1", "GET, DELETE, HEAD"],
    ["post", "/v1/files/file_1", "GET, DELETE, HEAD"],
    ["post", "/v1/models/fal-ai/z-image/turbo", "GET, HEAD"],
    ["get", "/webhooks/fal/abc", "POST"],
  ] as const)("%s %s answers 405 with the methods that would do", async (method, path, allow) => {
    const { headers, body } = await api.call(method, path, null).expect(405);
    expect(headers.allow).toBe(allow);
    expect(body.code).toBe("method_not_allowed");
  });

  test("with broken percent-encoding answers 400", async () => {
    const { body } = await api.call("get", "/v1/jobs/%E0%A4%A").expect(400);
    expect(body.code).toBe("malformed_request");
  });
});

describe("when something fails on our side", () => {
  const captured = () => {
    const lines: Record<string, unknown>[] = [];
    const log = createLog({ level: "info", role: "test" });
    const note = (level: string) => (line: object, message: string) => void lines.push({ level, message, ...line });
    return { lines, log: Object.assign(log, { info: note("info"), warn: note("warn"), error: note("error") }) };
  };
  const app = (context: object): Express => createApp({ ...api.context, ...context });

  test("a database that is away answers 503 with the time to wait", async () => {
    const db = openDatabase({ url: "postgres://a:b@127.0.0.1:1/none", poolMax: 2, applicationName: "test" });
    const { lines, log } = captured();
    const { body, headers } = await supertest(app({ db, log }))
      .post("/v1/jobs")
      .set("authorization", `Bearer ${api.tenant.key}`)
      .send({ input: { prompt: "my secret" } })
      .expect(503);
    expect(body).toMatchObject({ code: "unavailable" });
    expect(headers["retry-after"]).toBe("5");
    expect(lines).toContainEqual(expect.objectContaining({ level: "warn", request_id: body.request_id }));
  });

  test("a storage that is away answers 503, and no file is recorded", async () => {
    const storage = createStorage({ ...api.context.env, S3_ENDPOINT: "http://127.0.0.1:1" });
    const before = await api.context.db.file.count();
    const { body, headers } = await supertest(app({ storage }))
      .post("/v1/files")
      .set({ authorization: `Bearer ${api.tenant.key}`, "content-type": "image/png" })
      .send(pngOf(3, 3))
      .expect(503);
    expect(body).toMatchObject({ code: "unavailable" });
    expect(headers["retry-after"]).toBe("5");
    expect(await api.context.db.file.count()).toBe(before);
  });

  test("a surprise answers 500 without its reason, which the log has", async () => {
    const models = {
      get list(): never {
        throw new Error("the reason");
      },
    };
    const { lines, log } = captured();
    const { body, text } = await supertest(app({ models, log }))
      .get("/v1/models")
      .set("authorization", `Bearer ${api.tenant.key}`)
      .expect(500);
    expect(body.code).toBe("internal");
    expect(text).not.toContain("the reason");
    const line = lines.find(({ level }) => level === "error");
    expect(line).toMatchObject({ request_id: body.request_id, route: "/v1/models", err: { message: "the reason" } });
  });

  test("every request has one line: who, which route, how long, and nothing secret", async () => {
    const { lines, log } = captured();
    await supertest(app({ log }))
      .post("/v1/jobs?dry_run=true")
      .set("authorization", `Bearer ${api.tenant.key}`)
      .send({ input: { prompt: "my secret", image_url: "https://example.com/a.png?token=hush" } })
      .expect(200);
    await supertest(app({ log })).get("/v1/outputs/out_1?sig=hush").expect(404);
    await supertest(app({ log })).post("/webhooks/fal/hush").expect(401);
    expect(lines).toMatchObject([
      { level: "info", method: "POST", route: "/v1/jobs", status: 200, tenant: api.tenant.id, key: api.tenant.keyId },
      { level: "info", method: "GET", route: "/v1/outputs/{id}", status: 404 },
      { level: "info", method: "POST", route: "/webhooks/fal/{token}", status: 401 },
    ]);
    const text = JSON.stringify(lines);
    for (const secret of ["secret", "hush", api.tenant.key]) expect(text).not.toContain(secret);
    expect(lines[0]).toMatchObject({
      ms: expect.any(Number),
      bytes_in: expect.any(Number),
      bytes_out: expect.any(Number),
    });
  });
});

describe("bodies that come oddly", () => {
  const headers = { authorization: `Bearer ${api.tenant.key}`, "content-type": "application/json" };
  const send = async (more: Record<string, string>, pieces: Buffer[]) => {
    const answer = await sendPieces(api.app, {
      method: "POST",
      path: "/v1/jobs",
      headers: { ...headers, ...more },
      pieces,
    });
    return [answer.status, (JSON.parse(answer.body) as { code: string }).code];
  };
  const json = Buffer.from(JSON.stringify({ input: { prompt: "é", image_url: "https://example.com/a.png" } }));

  test("in pieces are put together", async () => {
    const pieces = [...json].map((byte) => Buffer.from([byte]));
    expect((await send({}, pieces))[0]).toBe(202);
  });

  test("in an encoding or a charset we do not read are refused", async () => {
    expect(await send({ "content-encoding": "zstd" }, [json])).toEqual([415, "unsupported_media_type"]);
    expect(await send({ "content-type": "application/json; charset=klingon" }, [json])).toEqual([
      415,
      "unsupported_media_type",
    ]);
  });

  test("that call themselves gzip and are not are refused", async () => {
    expect(await send({ "content-encoding": "gzip" }, [json])).toEqual([400, "malformed_request"]);
  });

  test("from strangers are not even read", async () => {
    const answer = await sendPieces(api.app, {
      method: "POST",
      path: "/v1/jobs",
      headers: { "content-type": "application/json" },
      pieces: [Buffer.from("{ not json")],
    });
    expect(answer.status).toBe(401);
  });
});
