import { request } from "node:http";
import type { Express } from "express";
import { listen, stopServing } from "../serve.ts";

export type Answer = { status: number; headers: Record<string, unknown>; body: string };

/** Sends bytes over a real connection, piece by piece and exactly as they are, and waits for the answer. */
export async function sendPieces(
  app: Express,
  message: { method: string; path: string; headers: Record<string, string>; pieces: Buffer[] },
): Promise<Answer> {
  const server = await listen(app, { HOST: "127.0.0.1", PORT: 0 });
  const { port } = server.address() as { port: number };
  const { pieces, ...options } = message;
  try {
    return await new Promise((resolve, reject) => {
      const sending = request({ ...options, host: "127.0.0.1", port, agent: false }, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (text) => (body += text));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      });
      sending.on("error", reject);
      for (const piece of pieces) sending.write(piece);
      sending.end();
    });
  } finally {
    await stopServing(server, 1_000);
  }
}
