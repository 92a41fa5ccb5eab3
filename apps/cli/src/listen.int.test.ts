import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { verifyDelivery } from "@darkroom/contract/verify-delivery";
import { readFeed } from "@darkroom/core/events/read-feed";
import { toWireEvent } from "@darkroom/core/events/to-wire";
import { cancelJob } from "@darkroom/core/jobs/cancel-job";
import { hashApiKey } from "@darkroom/core/tenants/api-key";
import { createTenant } from "@darkroom/core/tenants/create-tenant";
import { findApiKey } from "@darkroom/core/tenants/find-api-key";
import { makeJob } from "@darkroom/testing/make-job";
import { openTestContext } from "@darkroom/testing/open-test-context";
import { startReceiver } from "@darkroom/testing/start-receiver";
import { afterAll, describe, expect, test } from "vitest";
import { runCli } from "./run-cli.ts";

const context = await openTestContext();
const { db, links } = context;
const receiver = await startReceiver();

/** GET /v1/events, for real but for what is around it: this package may not import the API. */
const api = createServer((request, response) => {
  answer(request).then((body) => response.end(JSON.stringify(body)));
});
await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
const apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;

afterAll(async () => {
  api.closeAllConnections();
  api.close();
  await receiver.close();
  await context.close();
});

async function answer(request: IncomingMessage) {
  const key = await findApiKey(db, hashApiKey(request.headers.authorization?.slice(7) ?? ""));
  if (!key || key.revokedAt) throw new Error("no key");
  const query = new URL(request.url ?? "", apiUrl).searchParams;
  const after = query.has("cursor") ? BigInt(query.get("cursor") ?? 0) : null;
  const since = new Date(query.get("since") ?? 0);
  const page = await readFeed(db, { tenantId: key.tenantId, after, since, limit: 1 });
  const data = page.events.map((event) => toWireEvent(event, links));
  return { data, next_cursor: page.lastPosition?.toString() ?? query.get("cursor"), has_more: page.more };
}

async function endJob(tenantId: string, now: Date): Promise<string> {
  const job = await makeJob(db, tenantId, now);
  await cancelJob(db, { tenantId, jobId: job.id }, now);
  return job.id;
}

function listen(args: string[]) {
  let out = "";
  let err = "";
  const stopping = new AbortController();
  const code = runCli(["listen", "--api", apiUrl, "--every-ms", "20", ...args], {
    env: { DATABASE_URL: context.env.DATABASE_URL },
    cwd: "/",
    now: () => new Date(),
    write: (text) => (out += text),
    writeError: (text) => (err += text),
    untilStopped: () => stopping.signal,
  });
  return { code, stop: () => stopping.abort(), out: () => out, err: () => err };
}

const jobIdOf = (body: Buffer) => (JSON.parse(body.toString()) as { data: { id: string } }).data.id;

test("forwards what was, and what comes, signed with the secret it shows, and takes its key back", async () => {
  const { tenant } = await createTenant(db, { name: "acme", now: new Date() });
  await endJob(tenant.id, new Date(Date.now() - 2 * 3_600_000));
  const recent = [await endJob(tenant.id, new Date()), await endJob(tenant.id, new Date())];
  const listening = listen(["--forward", `${receiver.url}/hook`, "--tenant", "acme", "--since", "1h"]);
  await receiver.received(2);
  const late = await endJob(tenant.id, new Date());
  const requests = await receiver.received(3);
  listening.stop();
  expect(await listening.code).toBe(0);
  expect(requests.map(({ body }) => jobIdOf(body))).toEqual([...recent, late]);
  const [, secrets = ""] = /Signed with (whsec_\S+)/.exec(listening.out()) ?? [];
  for (const { headers, body } of requests) {
    expect(await verifyDelivery({ headers, body, secrets })).toMatchObject({ outcome: "verified" });
  }
  expect(listening.out().split("\n")).toContainEqual(expect.stringMatching(/job\.canceled {2}evt_\w+ {2}200$/));
  const [key] = await db.apiKey.findMany({ where: { tenantId: tenant.id } });
  expect(key).toMatchObject({ scopes: ["endpoints:read"], revokedAt: expect.any(Date) });
});

test("says when the program does not answer, and goes on", async () => {
  const { tenant } = await createTenant(db, { name: "globex", now: new Date() });
  await endJob(tenant.id, new Date());
  receiver.script({ reset: true });
  const before = receiver.requests.length;
  const listening = listen(["--forward", receiver.url, "--tenant", "globex", "--since", "1h"]);
  await receiver.received(before + 1);
  await endJob(tenant.id, new Date());
  await receiver.received(before + 2);
  listening.stop();
  await listening.code;
  expect(listening.out()).toContain("failed: ");
});

describe("refused", () => {
  test.each([
    [["--forward", "nonsense"], 2, "An http(s) URL"],
    [["--forward", "http://localhost:1/", "--since", "soon"], 1, "--since must be like"],
    [["--forward", "http://localhost:1/", "--tenant", "nobody"], 1, "no tenant nobody"],
    [["--forward", "http://localhost:1/"], 1, "No API key is known"],
    [["--forward", "http://localhost:1/", "--events", "job.exploded"], 2, "job.exploded"],
  ])("%j", async (args, code, words) => {
    const listening = listen(args);
    expect(await listening.code).toBe(code);
    expect(listening.err()).toContain(words);
  });
});
