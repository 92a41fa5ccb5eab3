import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/**
 * How a link behaves: `refuse` takes no connection and cuts those there are, `stall` passes no byte on (later it does),
 * `slow` holds every piece up, `swallow` lets requests through and keeps the replies, until their connections are cut: done, and
 * nobody knows. `answer_503` answers HTTP in the server's place.
 */
export type LinkMode = "pass" | "refuse" | "stall" | "slow" | "swallow" | "answer_503";

/** A TCP connection path that can be broken at will, without either side being stopped. */
export type Link = {
  port: number;
  set(mode: LinkMode): Promise<void>;
  /** Cuts all connections there are. */
  reset(): void;
  close(): Promise<void>;
};

const slowMs = 150;

/** Opens a link on 127.0.0.1. `connect` makes the connection to the server behind it. */
export async function openLink(options: { port: number; connect(): Promise<Socket> }): Promise<Link> {
  const sockets = new Set<Socket>();
  const gate = createGate();
  const replyGate = createGate();
  let mode: LinkMode = "pass";

  const keep = (socket: Socket) => {
    sockets.add(socket.setNoDelay(true));
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  };
  const forward = async (from: Socket, to: Socket, way: "request" | "reply") => {
    for await (const chunk of from) {
      if (mode === "slow") await pause(slowMs);
      await gate.passed();
      if (way === "reply") await replyGate.passed();
      if (to.destroyed) break;
      if (!to.write(chunk)) await Promise.race([once(to, "drain"), once(to, "close")]);
    }
    to.end();
  };
  const join = async (client: Socket) => {
    keep(client);
    if (mode === "answer_503") return answer503(client);
    await gate.passed();
    const server = await options.connect().catch(() => undefined);
    if (!server || client.destroyed) {
      server?.destroy();
      return void client.resetAndDestroy();
    }
    keep(server);
    const cut = () => [client, server].forEach((socket) => void socket.destroy());
    await Promise.all([forward(client, server, "request").catch(cut), forward(server, client, "reply").catch(cut)]);
  };
  const server = createServer({ allowHalfOpen: true }, (client) => void join(client).catch(() => client.destroy()));
  const reset = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const listen = async () => {
    if (server.listening) return;
    server.listen(options.port, "127.0.0.1");
    await once(server, "listening");
  };
  await listen();
  return {
    port: options.port,
    reset,
    set: async (next) => {
      // Connections that stand would go on past the new rule; what was swallowed must not come out after all.
      if (next === "refuse" || next === "answer_503" || mode === "swallow") reset();
      mode = next;
      gate[next === "stall" ? "close" : "open"]();
      replyGate[next === "swallow" ? "close" : "open"]();
      if (next === "refuse") server.close();
      else await listen();
    },
    close: async () => {
      gate.open();
      replyGate.open();
      server.close();
      reset();
    },
  };
}

/** Bytes wait while it is closed. */
function createGate() {
  let closed: { promise: Promise<void>; open(): void } | null = null;
  return {
    passed: () => closed?.promise ?? Promise.resolve(),
    close: () => {
      if (closed) return;
      let open = () => {};
      const promise = new Promise<void>((resolve) => {
        open = resolve;
      });
      closed = { promise, open };
    },
    open: () => {
      closed?.open();
      closed = null;
    },
  };
}

const body503 = "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";

/** As S3 words it; the request is read to its end and forgotten. */
function answer503(client: Socket): void {
  client.once("data", () => {
    client.end(
      `HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nContent-Length: ${body503.length}\r\nConnection: close\r\n\r\n${body503}`,
    );
    client.resume();
  });
}
