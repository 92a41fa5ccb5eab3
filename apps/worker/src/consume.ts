import type { Context } from "@darkroom/core/context";
import { postponeJob } from "@darkroom/core/jobs/postpone-job";
import type { MessageWorker } from "@darkroom/core/queues/backend";
import { type MessageKind, messageKinds } from "@darkroom/core/queues/messages";
import { handlers } from "./handlers.ts";
import { type Hands, restingHands } from "./hands.ts";
import { createHeavyWork } from "./heavy-work.ts";
import { createRightOfWay } from "./right-of-way.ts";

/** How long a row rests after its handler was surprised. */
const restMs = 30_000;

export type Consumption = {
  /** When a message of this kind was last taken or finished, by this process: whether the queue still gives it any. */
  lastAt: Map<MessageKind, Date>;
  /** When work of this kind was last finished: also a submit that came with its dispatch, through no queue. */
  workedAt: Map<MessageKind, Date>;
  close(): Promise<void>;
};

/** Starts consuming every kind of message. */
export function consume(context: Context): Consumption {
  const lastAt = new Map<MessageKind, Date>();
  const workedAt = new Map<MessageKind, Date>();
  const work = createWork(context, (kind) => workedAt.set(kind, context.clock.now()));
  const workers = messageKinds.map((kind): MessageWorker => {
    const concurrency = concurrencyOf(kind, context.env.WORKER_CONCURRENCY);
    const noted = async (id: string) => {
      lastAt.set(kind, context.clock.now());
      await work.handle(kind, id);
      lastAt.set(kind, context.clock.now());
    };
    const worker = context.queues.openWorker(kind, noted, { concurrency });
    worker.on("error", (error) => context.log.warn({ kind, reason: error.message }, "queue trouble"));
    return worker;
  });
  const close = async () => {
    await Promise.all(workers.map((worker) => worker.close()));
    await Promise.all(work.submits);
    work.close();
  };
  return { lastAt, workedAt, close };
}

/** What this process has in hand, and in which order: a free slot at fal is a loss, a copy only has its job end a moment later. */
function createWork(context: Context, noteWorked: (kind: MessageKind) => void) {
  const way = createRightOfWay();
  const copies = createHeavyWork(context.env.WORKER_CONCURRENCY);
  const submits = new Set<Promise<void>>();
  const hands: Hands = {
    submitHere: (attemptIds) => {
      const count = Math.max(0, context.env.WORKER_CONCURRENCY - submits.size);
      for (const id of attemptIds.slice(0, count)) void submit(id);
      return attemptIds.slice(count);
    },
    whenFree: (heavy) => copies.run(() => way.clear().then(heavy)),
  };
  const work = (kind: MessageKind, id: string) =>
    handleMessage(context, kind, id, hands).finally(() => noteWorked(kind));
  const submit = (id: string) => {
    const submitted = way.hold(() => work("submit-job", id));
    submits.add(submitted);
    return submitted.finally(() => submits.delete(submitted));
  };
  const handle = (kind: MessageKind, id: string): Promise<void> => {
    if (kind === "submit-job") return submit(id);
    return kind === "dispatch" ? way.hold(() => work(kind, id)) : work(kind, id);
  };
  return { submits, handle, close: copies.close };
}

/**
 * Dispatch is one at a time: it fills all free slots at once. A message of send-deliveries stands for an endpoint and mostly waits
 * for it: so many that some dozens of dead ones leave room for the others.
 */
function concurrencyOf(kind: MessageKind, usual: number): number {
  if (kind === "dispatch") return 1;
  return kind === "send-deliveries" ? usual * 5 : usual;
}

/**
 * The one wrapper of every handler: one wide log line, one metric, and an end to every surprise. A surprise is logged and its row
 * rests a while; the row stays due, so nothing is lost, and the message itself is never retried by the queue.
 */
export async function handleMessage(
  context: Context,
  kind: MessageKind,
  id: string,
  hands: Hands = restingHands,
): Promise<void> {
  const startedAt = performance.now();
  const outcome = await handlers[kind](context, id, hands).catch((error: unknown) =>
    surprised(context, kind, id, error),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  context.metrics.messageSeconds.observe({ kind, outcome }, seconds);
  const level =
    outcome === "surprise" ? "error" : outcome === "moved_on" || outcome === "nothing_to_do" ? "debug" : "info";
  context.log[level]({ kind, id, outcome, ms: Math.round(seconds * 1000) }, "message handled");
}

async function surprised(context: Context, kind: MessageKind, id: string, error: unknown): Promise<string> {
  context.log.error({ kind, id, err: error }, "handler was surprised");
  const now = context.clock.now();
  const rest = { now, dueAt: new Date(now.getTime() + restMs) };
  // The database may be the very thing that failed; then the row rests by itself until the sweep can see it again.
  if (kind !== "dispatch") await postponeJob(context.db, id, rest).catch(() => undefined);
  return "surprise";
}
