import { endpointsMax } from "@darkroom/contract/endpoints";
import { newId } from "@darkroom/core/ids";
import { afterAll, describe, expect, test } from "vitest";
import { openTestApi, type TestApi } from "../../testing/open-test-api.ts";

// As an operator who allows nothing special.
const api = await openTestApi({ env: { EGRESS_ALLOW_HTTP: "false", EGRESS_ALLOW_CIDRS: "" } });
afterAll(() => api.close());
const { db } = api.context;

const url = "https://example.com/darkroom";
const create = (body: object, key?: string) => api.call("post", "/v1/endpoints", key).send({ url, ...body });

async function made(body: object = {}, key?: string): Promise<{ id: string; secret: string }> {
  return (await create(body, key).expect(201)).body;
}

describe("an endpoint", () => {
  test("is made with everything it may have, and shows its secret once", async () => {
    const answer = await create({
      events: ["job.succeeded"],
      description: "orders",
      headers: { Authorization: "Bearer theirs" },
      rate_limit: 20,
      fifo: "job",
      ed25519: true,
    }).expect(201);
    const { secret, ...endpoint } = answer.body;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(answer.headers.location).toBe(`/v1/endpoints/${endpoint.id}`);
    expect(endpoint).toMatchObject({
      url,
      events: ["job.succeeded"],
      description: "orders",
      headers: ["authorization"],
      rate_limit: 20,
      concurrency: 10,
      fifo: "job",
      ed25519: true,
      state: "enabled",
      circuit: "closed",
    });
    const read = await api.call("get", `/v1/endpoints/${endpoint.id}`).expect(200);
    expect(read.body).toEqual(endpoint);
    const listed = await api.call("get", "/v1/endpoints").expect(200);
    expect(listed.body.data).toContainEqual(endpoint);
    expect(listed.text).not.toContain("theirs");
  });

  test("keeps its secret and its headers encrypted", async () => {
    const { id, secret } = await made({ headers: { "x-password": "hush hush" } });
    const rows = JSON.stringify([
      await db.signingSecret.findMany({ where: { endpointId: id } }),
      await db.endpoint.findUnique({ where: { id } }),
    ]);
    expect(rows).not.toContain(secret.slice(6, 20));
    expect(rows).not.toContain("hush");
  });

  test("is changed where it is asked for, and stays as it is elsewhere", async () => {
    const { id } = await made({ description: "before", rate_limit: 5 });
    const changed = await api.call("patch", `/v1/endpoints/${id}`).send({ rate_limit: null, events: ["job.failed"] });
    expect(changed.body).toMatchObject({ description: "before", rate_limit: null, events: ["job.failed"], url });
  });

  test("signs with ed25519 once it is asked to, and publishes the key", async () => {
    const { id } = await made();
    await api.call("get", `/v1/endpoints/${id}/jwks.json`, null).expect(404);
    await api.call("patch", `/v1/endpoints/${id}`).send({ ed25519: true }).expect(200);
    const jwks = await api.call("get", `/v1/endpoints/${id}/jwks.json`, null).expect(200);
    expect(jwks.body.keys).toMatchObject([{ kty: "OKP", crv: "Ed25519", x: expect.stringMatching(/^[\w-]{43}$/) }]);
    await api.call("post", `/v1/endpoints/${id}/rotate`).expect(200);
    const rotated = await api.call("get", `/v1/endpoints/${id}/jwks.json`, null).expect(200);
    expect(rotated.body.keys).toHaveLength(2);
    expect(rotated.body.keys[1]).toEqual(jwks.body.keys[0]);
  });

  test("gets a new secret, and keeps the old ones for a day, but not too many", async () => {
    const { id, secret } = await made();
    const secrets = [secret];
    for (let times = 0; times < 4; times += 1) {
      const { body } = await api.call("post", `/v1/endpoints/${id}/rotate`).expect(200);
      expect(Date.parse(body.previous_valid_until)).toBeGreaterThan(Date.now() + 86_000_000);
      secrets.push(body.secret);
    }
    expect(new Set(secrets).size).toBe(5);
    const inForce = { endpointId: id, OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] };
    expect(await db.signingSecret.count({ where: inForce })).toBe(3);
  });

  test("is paused, resumed and deleted", async () => {
    const { id } = await made();
    const post = (path: string) => api.call("post", `/v1/endpoints/${id}/${path}`);
    expect((await post("pause").expect(200)).body.state).toBe("paused");
    expect((await post("test").expect(409)).body.code).toBe("endpoint_not_enabled");
    expect((await post("replay").send({ since: "2026-01-01T00:00:00Z" }).expect(409)).body.code).toBe(
      "endpoint_not_enabled",
    );
    expect((await post("resume").expect(200)).body.state).toBe("enabled");
    await db.endpoint.update({ where: { id }, data: { state: "disabled", reason: "gone", failures: 9 } });
    await post("pause").expect(409);
    expect((await post("resume").expect(200)).body).toMatchObject({ state: "enabled", reason: null });
    await api.call("delete", `/v1/endpoints/${id}`).expect(204);
    await api.call("get", `/v1/endpoints/${id}`).expect(404);
    await api.call("delete", `/v1/endpoints/${id}`).expect(404);
  });
});

describe("refused", () => {
  test.each([
    ["http://example.com/", "scheme"],
    ["https://127.0.0.1/", "private_address"],
    ["https://2130706433/", "private_address"],
    ["https://0177.0.0.1/", "private_address"],
    ["https://[::ffff:10.0.0.1]/", "private_address"],
    ["https://169.254.169.254/latest/meta-data/", "private_address"],
    ["https://localhost:8080/", "private_address"],
    ["ftp://example.com/", "scheme"],
    ["https://user:secret@example.com/", "credentials"],
    ["nonsense", "not_a_url"],
  ])("%s as url of an endpoint, of a change and of a job", async (refused, reason) => {
    const { id } = await made();
    const input = { prompt: "a harbour", image_url: "https://example.com/in.png" };
    const answers = [
      await api.call("post", "/v1/endpoints").send({ url: refused }),
      await api.call("patch", `/v1/endpoints/${id}`).send({ url: refused }),
      await api.call("post", "/v1/jobs").send({ input, webhook_url: refused }),
    ];
    for (const { status, body, text } of answers) {
      expect([status, body.code, body.errors[0].code]).toEqual([422, "forbidden_url", reason]);
      expect(text).not.toContain("secret@");
    }
    expect(answers[2]?.body.errors[0].pointer).toBe("/webhook_url");
    await api.call("delete", `/v1/endpoints/${id}`).expect(204);
  });

  test.each(["webhook-id", "Webhook-Signature", "content-type", "Host", "Content-Length", "Transfer-Encoding"])(
    "the header %s",
    async (name) => {
      const { body } = await create({ headers: { [name]: "x" } }).expect(422);
      expect(body.errors[0]).toMatchObject({ pointer: `/headers/${name}`, code: "reserved_header" });
    },
  );

  test.each([
    [{ headers: { "x-a": "line\r\nbreak" } }],
    [{ headers: { "a b": "x" } }],
    [{ events: ["job.exploded"] }],
    [{ fifo: "yes" }],
    [{ rate_limit: 0 }],
    [{ unknown: 1 }],
  ])("%j", async (body) => {
    expect((await create(body).expect(422)).body.code).toBe("invalid_input");
  });

  test("a key without the scope", async () => {
    const { key } = await api.makeKey({ scopes: ["jobs:read", "endpoints:read"] });
    await api.call("get", "/v1/endpoints", key).expect(200);
    expect((await create({}, key).expect(403)).body.detail).toContain("endpoints:write");
  });

  test("another tenant, as if there were nothing", async () => {
    const stranger = await api.makeTenant();
    const { id } = await made();
    const calls: [Parameters<TestApi["call"]>[0], string][] = [
      ["get", ""],
      ["patch", ""],
      ["delete", ""],
      ["post", "/rotate"],
      ["post", "/pause"],
      ["post", "/resume"],
      ["post", "/test"],
      ["get", "/replays"],
    ];
    for (const [method, path] of calls) {
      const body = method === "patch" ? { description: "x" } : undefined;
      const mine = await api.call(method, `/v1/endpoints/${id}${path}`, stranger.key).send(body);
      const nobodys = await api.call(method, `/v1/endpoints/${newId("ep")}${path}`, stranger.key).send(body);
      expect([mine.status, mine.body.detail]).toEqual([404, nobodys.body.detail]);
    }
  });

  test("more endpoints than a tenant may have", async () => {
    const { key } = await api.makeTenant();
    const answers = await Promise.all(Array.from({ length: endpointsMax + 3 }, () => create({}, key)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(endpointsMax);
    expect(statuses.filter((status) => status === 409)).toHaveLength(3);
  });
});

describe("the default secret", () => {
  test("is shown by rotating it, and signs for jobs' own URLs", async () => {
    const tenant = await api.makeTenant();
    const input = { prompt: "a harbour", image_url: "https://example.com/in.png" };
    const job = await api
      .call("post", "/v1/jobs", tenant.key)
      .send({ input, webhook_url: "https://example.com/h?x=1" });
    expect(job.status).toBe(202);
    expect(await db.signingSecret.count({ where: { tenantId: tenant.id, endpointId: null } })).toBe(1);
    const { body } = await api.call("post", "/v1/endpoints/default/rotate", tenant.key).expect(200);
    expect(body.secret).toMatch(/^whsec_/);
    const row = await db.job.findUniqueOrThrow({ where: { id: job.body.id } });
    expect(row).toMatchObject({
      webhookUrl: "https://example.com/h?x=1",
      webhookEndpointId: expect.stringMatching(/^ep_/),
    });
    const listed = await api.call("get", "/v1/endpoints", tenant.key).expect(200);
    expect(listed.body.data).toEqual([]);
  });
});
