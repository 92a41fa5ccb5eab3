import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Agent, fetch, request } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  BlockedAddressError,
  createGuardedAgent,
  findBlockedAddress,
  type GuardedAgentOptions,
} from "./guarded-agent.ts";

let server: Server;
let port: number;
let requests = 0;
const agents: Agent[] = [];

beforeAll(async () => {
  server = createServer((incoming, response) => {
    requests += 1;
    if (incoming.url === "/hang") return;
    if (incoming.url === "/redirect") response.writeHead(302, { location: `http://10.0.0.1:${port}/` });
    response.end("hello");
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  port = (server.address() as AddressInfo).port;
});

afterAll(async () => {
  await Promise.all(agents.map((agent) => agent.destroy()));
  server.closeAllConnections();
  server.close();
});

const loopback = { allowCidrs: ["127.0.0.0/8"], allowHttp: true };
const publicOnly = { allowCidrs: [], allowHttp: true };

function makeAgent(policy: { allowCidrs: string[]; allowHttp: boolean }, options: GuardedAgentOptions = {}): Agent {
  const agent = createGuardedAgent(policy, options);
  agents.push(agent);
  return agent;
}

/** A resolver that gives one answer after the other, as an attacker's name server would. */
function resolver(...answers: string[][]): NonNullable<GuardedAgentOptions["resolve"]> {
  return async () => (answers.shift() ?? []).map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
}

const get = (dispatcher: Agent, host: string, path = "/") => request(`http://${host}:${port}${path}`, { dispatcher });

describe("createGuardedAgent", () => {
  test("connects where the policy allows it", async () => {
    const agent = makeAgent(loopback);
    expect(await (await get(agent, "127.0.0.1")).body.text()).toBe("hello");
    expect(await (await get(agent, "localhost")).body.text()).toBe("hello");
  });

  test.each(["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "localhost"])(
    "refuses %s, unasked",
    async (host) => {
      const before = requests;
      await expect(get(makeAgent(publicOnly), host)).rejects.toBeInstanceOf(BlockedAddressError);
      expect(requests).toBe(before);
    },
  );

  test("refuses a name that resolves to private addresses only", async () => {
    const agent = makeAgent(publicOnly, { resolve: resolver(["127.0.0.1", "10.0.0.1", "::1", "fe80::1%lo"]) });
    await expect(get(agent, "rebind.example")).rejects.toMatchObject({
      code: "EGRESS_BLOCKED",
      host: "rebind.example",
    });
  });

  test("judges each answer of a name that changes it", async () => {
    const resolve = resolver(["127.0.0.1"], ["10.0.0.1"]);
    const agent = makeAgent(loopback, { resolve });
    const first = await request(`http://rebind.example:${port}/`, { dispatcher: agent, reset: true });
    expect(await first.body.text()).toBe("hello");
    await expect(get(agent, "rebind.example")).rejects.toBeInstanceOf(BlockedAddressError);
  });

  test("drops the private ones of several addresses", async () => {
    const agent = makeAgent(loopback, { resolve: resolver(["10.0.0.1", "127.0.0.1", "fd00::1"]) });
    expect(await (await get(agent, "mixed.example")).body.text()).toBe("hello");
  });

  test("passes a resolver's failure on", async () => {
    const failing = Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });
    const agent = makeAgent(publicOnly, { resolve: () => Promise.reject(failing) });
    await expect(get(agent, "gone.example")).rejects.toBe(failing);
  });

  test("refuses plain http unless allowed", async () => {
    const agent = makeAgent({ ...loopback, allowHttp: false });
    await expect(get(agent, "127.0.0.1")).rejects.toThrow("plain http is not allowed");
  });

  test("follows no redirect in request(), and judges those that fetch() follows", async () => {
    const agent = makeAgent(loopback);
    expect((await get(agent, "127.0.0.1", "/redirect")).statusCode).toBe(302);
    const failure = await fetch(`http://127.0.0.1:${port}/redirect`, { dispatcher: agent }).catch((error) => error);
    expect(findBlockedAddress(failure)).toMatchObject({ host: "10.0.0.1" });
  });

  test("gives up on a server that does not answer", async () => {
    const agent = makeAgent(loopback, { headersTimeoutMs: 20 });
    await expect(get(agent, "127.0.0.1", "/hang")).rejects.toMatchObject({ code: "UND_ERR_HEADERS_TIMEOUT" });
  });

  test("finds the refusal inside fetch's error", async () => {
    const failure = await fetch(`http://127.0.0.1:${port}/`, { dispatcher: makeAgent(publicOnly) }).catch((e) => e);
    expect(failure).not.toBeInstanceOf(BlockedAddressError);
    expect(findBlockedAddress(failure)).toMatchObject({ host: "127.0.0.1" });
  });

  test("a malformed network throws when the agent is made", () => {
    expect(() => createGuardedAgent({ allowCidrs: ["10.0.0.0/99"], allowHttp: false })).toThrow(/CIDR/);
  });
});
