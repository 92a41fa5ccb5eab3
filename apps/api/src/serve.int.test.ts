import { once } from "node:events";
import { Agent, get, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { connect } from "node:net";
import { waitFor } from "@darkroom/testing/wait-for";
import { describe, expect, test } from "vitest";
import { listen, stopServing } from "./serve.ts";

const here = { HOST: "127.0.0.1", PORT: 0 };
const portOf = (server: Server) => (server.address() as { port: number }).port;

/** Answers when it is told to. */
function slowApp() {
  const waiting: (() => void)[] = [];
  const app: RequestListener = (_request, response) => void waiting.push(() => response.end("done"));
  return { app, waiting };
}

async function ask(port: number, agent: Agent): Promise<string> {
  const [response] = (await once(get({ port, host: "127.0.0.1", agent }), "response")) as [IncomingMessage];
  return Buffer.concat(await response.toArray()).toString();
}

describe("a server that is told to stop", () => {
  test("lets running requests end, and closes idle connections at once", async () => {
    const { app, waiting } = slowApp();
    const server = await listen(app, here);
    const agent = new Agent({ keepAlive: true });
    const first = ask(portOf(server), agent);
    await waitFor("the first request", () => waiting.length === 1);
    waiting[0]?.();
    await first;
    const second = ask(portOf(server), new Agent());
    await waitFor("the second request", () => waiting.length === 2);
    const stopped = stopServing(server, 60_000);
    await waitFor("the idle connection to be closed", () => Object.values(agent.freeSockets).flat().length === 0);
    waiting[1]?.();
    expect(await second).toBe("done");
    expect(await stopped).toBe("ended");
  });

  test("takes no new connection", async () => {
    const { app, waiting } = slowApp();
    const server = await listen(app, here);
    const running = ask(portOf(server), new Agent());
    await waitFor("the request", () => waiting.length === 1);
    const port = portOf(server);
    const stopped = stopServing(server, 60_000);
    const refused = await ask(port, new Agent()).catch((error: NodeJS.ErrnoException) => error.code);
    expect(refused).toBe("ECONNREFUSED");
    waiting[0]?.();
    await Promise.all([running, stopped]);
  });

  test("cuts what outlasts the grace", async () => {
    const { app, waiting } = slowApp();
    const server = await listen(app, here);
    const running = ask(portOf(server), new Agent()).catch(() => "cut");
    await waitFor("the request", () => waiting.length === 1);
    expect(await stopServing(server, 0)).toBe("cut");
    expect(await running).toBe("cut");
  });
});

test("a port that is taken is said at once", async () => {
  const server = await listen(() => {}, here);
  await expect(listen(() => {}, { ...here, PORT: portOf(server) })).rejects.toMatchObject({ code: "EADDRINUSE" });
  await stopServing(server, 0);
});

test("a request with too many headers is refused before it reaches the app", async () => {
  const server = await listen(() => expect.unreachable(), here);
  const socket = connect(portOf(server), "127.0.0.1");
  socket.write(`GET / HTTP/1.1\r\nhost: x\r\nx-long: ${"a".repeat(20_000)}\r\n\r\n`);
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(answer.toString()).toContain("431");
  socket.destroy();
  await stopServing(server, 0);
});
