import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { makeTestServers, type TestServers } from "./make-test-servers.ts";
import { findRedis } from "./start-redis.ts";

declare module "vitest" {
  interface ProvidedContext {
    testServersUrl: string;
    hasRedis: boolean;
  }
}

/**
 * vitest's globalSetup. Real servers for all test files of a run, each started when a test first asks for it, so that a run
 * of pure tests starts none. Test files live in other processes: they ask over this loopback server (ask-test-servers.ts).
 */
export default async function startTestServers(project: TestProject): Promise<() => Promise<void>> {
  const dir = await mkdtemp(join(tmpdir(), "darkroom-test-"));
  const servers = makeTestServers(dir);
  const broker = await listen(servers);
  project.provide("testServersUrl", `http://127.0.0.1:${(broker.address() as AddressInfo).port}`);
  project.provide("hasRedis", findRedis() !== undefined);
  return async () => {
    broker.closeAllConnections();
    broker.close();
    await servers.stop();
    await rm(dir, { recursive: true, force: true });
  };
}

function listen(servers: TestServers): Promise<Server> {
  const broker = createServer(async (request, response) => {
    const [status, body] = await answer(servers, request).then(
      (value) => [200, value ?? {}] as const,
      (error: Error) => [500, { error: error.stack ?? error.message }] as const,
    );
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  return new Promise((resolve) => {
    broker.listen(0, "127.0.0.1", () => resolve(broker));
  });
}

async function answer(servers: TestServers, request: IncomingMessage): Promise<unknown> {
  const name = new URL(request.url ?? "/", "http://broker").searchParams.get("name") ?? "";
  switch (`${request.method} ${request.url?.split("?")[0]}`) {
    case "POST /databases":
      return { url: await servers.createDatabase(name) };
    case "DELETE /databases":
      return servers.dropDatabase(name);
    case "POST /redis":
      return { url: await servers.redisUrl() };
    case "POST /buckets":
      return servers.createBucket();
    default:
      throw new Error(`Unknown request ${request.method} ${request.url}`);
  }
}
