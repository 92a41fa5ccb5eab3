import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { pickPort } from "@darkroom/local/pick-port";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connectInTurn, connectTo } from "./connect-to.ts";
import { type Link, openLink } from "./open-link.ts";

let server: Server;
let link: Link;
/** Resolves when a request for /hang has arrived, which is never answered. */
let hanging: Promise<void>;

beforeEach(async () => {
  let arrived = () => {};
  hanging = new Promise((resolve) => {
    arrived = resolve;
  });
  server = createServer(async (request, response) => {
    if (request.url === "/hang") return arrived();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    response.end(Buffer.concat(chunks).toString().toUpperCase());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  link = await openLink({ port: await pickPort(), connect: () => connectTo(port) });
});
afterEach(async () => {
  await link.close();
  server.closeAllConnections();
  server.close();
});

const ask = (body = "hello", path = "/") =>
  fetch(`http://127.0.0.1:${link.port}${path}`, { method: "POST", body, headers: { connection: "close" } });

test("bytes pass unchanged, large bodies too", async () => {
  const body = "x".repeat(3_000_000);
  expect(await (await ask(body)).text()).toBe(body.toUpperCase());
});

test("refused: no connection; afterwards again", async () => {
  await link.set("refuse");
  await expect(ask()).rejects.toThrow();
  await link.set("pass");
  expect(await (await ask()).text()).toBe("HELLO");
});

test("stalled: nothing until it passes again, then all of it", async () => {
  await link.set("stall");
  let answered = false;
  const asked = ask().then((response) => {
    answered = true;
    return response.text();
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(answered).toBe(false);
  await link.set("pass");
  expect(await asked).toBe("HELLO");
});

test("swallowed: the server has done it, the caller never hears of it", async () => {
  await link.set("swallow");
  const asked = ask("", "/hang").catch((error: Error) => error);
  await hanging;
  await link.set("pass");
  expect(await asked).toBeInstanceOf(Error);
  expect(await (await ask()).text()).toBe("HELLO");
});

test("503 in the server's place", async () => {
  await link.set("answer_503");
  const response = await ask();
  expect(response.status).toBe(503);
  expect(await response.text()).toContain("SlowDown");
});

test("connections under way are cut by a reset", async () => {
  const asked = ask("", "/hang").catch((error: Error) => error);
  await hanging;
  link.reset();
  expect(await asked).toBeInstanceOf(Error);
});

test("in turn, and past a port where nobody listens", async () => {
  const { port } = server.address() as AddressInfo;
  const connect = connectInTurn([await pickPort(), port]);
  for (let times = 0; times < 3; times += 1) (await connect()).destroy();
  await expect(connectInTurn([await pickPort()])()).rejects.toThrow("nobody listens");
});
