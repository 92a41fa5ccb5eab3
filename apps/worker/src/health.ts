import { createServer, type Server } from "node:http";
import type { Context } from "@darkroom/core/context";
import { type MessageKind, messageKinds } from "@darkroom/core/queues/messages";
import type { Consumption } from "./consume.ts";

export type Health = { live: boolean; reasons: string[] };

/** How long messages may wait, or the queue be silent, while this worker takes none, before it is called dead. */
const stuckAfterMs = 45_000;

/**
 * Liveness that means consuming: BullMQ workers have been seen "running" for days after losing their connection. A worker is live
 * while it takes messages or there are none to take; it is not when messages wait and it takes none, or it cannot see its queue.
 * `look` is called every few seconds.
 */
export function watchConsumption(context: Context, consumption: Pick<Consumption, "lastAt">) {
  const idleSince = new Map<MessageKind, Date>();
  const startedAt = context.clock.now();

  const look = async () => {
    const seen = await Promise.all(
      messageKinds.map(async (kind) => [kind, await nothingWaits(context, kind)] as const),
    );
    for (const [kind, idle] of seen) if (idle) idleSince.set(kind, context.clock.now());
  };
  const health = (): Health => {
    const now = context.clock.now().getTime();
    const stuck = messageKinds.filter((kind) => {
      const times = [startedAt, consumption.lastAt.get(kind), idleSince.get(kind)].map((at) => at?.getTime() ?? 0);
      return now - Math.max(...times) > stuckAfterMs;
    });
    return {
      live: stuck.length === 0,
      reasons: stuck.map((kind) => `${kind}: nothing consumed for ${stuckAfterMs / 1000} s`),
    };
  };
  return { look, health };
}

function nothingWaits(context: Context, kind: MessageKind): Promise<boolean> {
  return context.doorbell.waiting(kind).then(
    (count) => count === 0,
    () => false,
  );
}

/** The worker's own small server: /health/live, /health/ready, /metrics. */
export function createHealthServer(context: Context, health: () => Health): Server {
  return createServer((request, response) => {
    const answer = answerFor(context, health, request.url ?? "");
    answer.then(
      ({ status, type, body }) => response.writeHead(status, { "content-type": type }).end(body),
      () => response.writeHead(500).end(),
    );
  });
}

async function answerFor(context: Context, health: () => Health, url: string) {
  if (url === "/metrics") {
    const { registry } = context.metrics;
    return { status: 200, type: registry.contentType, body: await registry.metrics() };
  }
  const state = url === "/health/live" ? health() : url === "/health/ready" ? await readiness(context, health()) : null;
  if (!state) return json(404, { status: "not_found" });
  return json(state.live ? 200 : 503, { status: state.live ? "ok" : "not_ok", reasons: state.reasons });
}

async function readiness(context: Context, health: Health): Promise<Health> {
  const checks = await Promise.allSettled([context.db.$queryRaw`select 1`, context.doorbell.waiting("dispatch")]);
  const names = ["database", "queue"];
  const failed = checks.flatMap((check, index) =>
    check.status === "rejected" ? [`${names[index]} is not reachable`] : [],
  );
  return { live: health.live && failed.length === 0, reasons: [...health.reasons, ...failed] };
}

function json(status: number, body: unknown) {
  return { status, type: "application/json", body: JSON.stringify(body) };
}
