import { createServer } from "node:http";
import { json } from "node:stream/consumers";

/** For peers that are loops, not servers: does one run per `POST /run` and answers what came of it. */
export function serveRuns<Order, Report>(port: number, run: (order: Order) => Promise<Report>): void {
  const server = createServer(async (request, response) => {
    if (request.method !== "POST") return void response.writeHead(200).end();
    try {
      const report = await run((await json(request)) as Order);
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(report));
    } catch (error) {
      response.writeHead(500).end(String((error as Error).stack));
    }
  });
  // A run lasts as long as it lasts.
  server.requestTimeout = 0;
  server.listen(port, "127.0.0.1");
}

/** Keeps `atOnce` of `act` going until `ms` have passed. Answers how many ended, and how fast. */
export async function repeatFor(
  ms: number,
  atOnce: number,
  act: (index: number) => Promise<unknown>,
): Promise<{ count: number; seconds: number }> {
  const startedAt = performance.now();
  let begun = 0;
  let count = 0;
  const lane = async () => {
    while (performance.now() - startedAt < ms) {
      begun += 1;
      await act(begun);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return { count, seconds: (performance.now() - startedAt) / 1000 };
}
