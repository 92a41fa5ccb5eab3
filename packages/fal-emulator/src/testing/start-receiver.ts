import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface WebhookReceiver {
  url: string;
  received: Received[];
  /** Resolves once `count` requests have come in. */
  until(count: number): Promise<Received[]>;
  stop(): Promise<void>;
}

/** What to answer the n-th request (counted from 0): a status, or nothing at all. */
export type Answers = (index: number, received: Received) => number | "hang";

/** A customer's webhook endpoint as a real HTTP server. */
export async function startReceiver(answers: Answers = () => 200): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const waiters = new Set<() => void>();
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const made = { path: req.url ?? "", headers: req.headers, body: Buffer.concat(chunks) };
    const answer = answers(received.push(made) - 1, made);
    for (const wake of waiters) wake();
    if (answer === "hang") return;
    res.writeHead(answer, answer >= 300 && answer < 400 ? { Location: "/elsewhere" } : {}).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    until: (count) =>
      new Promise((resolve) => {
        const check = () => {
          if (received.length < count) return;
          waiters.delete(check);
          resolve(received);
        };
        waiters.add(check);
        check();
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
