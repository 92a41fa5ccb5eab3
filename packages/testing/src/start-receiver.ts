import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { finished } from "node:stream/promises";
import { waitFor } from "./wait-for.ts";

/** What the receiver does with one request. */
export type Answer =
  | { status: number; headers?: Record<string, string>; body?: string | Buffer; when?: Promise<unknown> }
  | { redirectTo: string; status?: 301 | 302 | 303 | 307 | 308 }
  /** Takes the request and never answers. */
  | { hang: true }
  /** Takes the request and resets the connection. */
  | { reset: true }
  /** Starts a 200, sends a byte of its body and then nothing more. */
  | { drip: true }
  /** Starts a 200 and sends bytes until the other side goes away or `bytes` are sent. */
  | { hugeBodyBytes: number };

export type ReceivedRequest = {
  method: string;
  path: string;
  headers: Record<string, string>;
  /** As they came, for signatures. */
  body: Buffer;
  receivedAt: Date;
};

export type Receiver = {
  url: string;
  requests: ReceivedRequest[];
  /** Answers for the coming requests, in order; when they are used up, `answer()`'s or 200. */
  script(...answers: Answer[]): void;
  /** For every request without a scripted answer. */
  answer(answer: Answer | ((request: ReceivedRequest) => Answer)): void;
  /** Waits until so many requests have arrived, and answers them. */
  received(count: number): Promise<ReceivedRequest[]>;
  close(): Promise<void>;
};

/** A real HTTP server that stands in for a customer's: it records what it gets and answers as the test says. */
export async function startReceiver(options: { port?: number } = {}): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const scripted: Answer[] = [];
  let otherwise: Answer | ((request: ReceivedRequest) => Answer) = { status: 200 };

  const server = createServer(async (message, response) => {
    const request = await read(message).catch(() => undefined);
    if (!request) return;
    requests.push(request);
    await reply(scripted.shift() ?? (typeof otherwise === "function" ? otherwise(request) : otherwise), response);
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    script: (...answers) => void scripted.push(...answers),
    answer: (answer) => {
      otherwise = answer;
    },
    received: (count) =>
      waitFor(`${count} requests`, () => (requests.length < count ? undefined : requests.slice(0, count))),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(message: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const headers = Object.entries(message.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: message.method ?? "",
    path: message.url ?? "",
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks),
    receivedAt: new Date(),
  };
}

async function reply(answer: Answer, response: ServerResponse): Promise<void> {
  if ("hang" in answer) return;
  if ("reset" in answer) {
    response.socket?.resetAndDestroy();
    return;
  }
  if ("drip" in answer) {
    response.writeHead(200).write("x");
    return;
  }
  if ("hugeBodyBytes" in answer) return sendHuge(answer.hugeBodyBytes, response);
  if ("redirectTo" in answer) {
    response.writeHead(answer.status ?? 302, { location: answer.redirectTo }).end();
    return;
  }
  await answer.when;
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

/** No content-length, so that only counting stops a reader. */
async function sendHuge(bytes: number, response: ServerResponse): Promise<void> {
  response.writeHead(200, { "content-type": "application/octet-stream" });
  const piece = Buffer.alloc(64 * 1024, "x");
  let sent = 0;
  const sendMore = () => {
    while (sent < bytes && !response.destroyed) {
      sent += piece.length;
      if (!response.write(piece)) return void response.once("drain", sendMore);
    }
    response.end();
  };
  sendMore();
  await finished(response).catch(() => {});
}
