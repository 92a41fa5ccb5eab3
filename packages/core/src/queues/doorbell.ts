import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { commandTimeoutMs, type MessageQueue, type QueueBackend } from "./backend.ts";
import { type Message, type MessageKind, messageId, messageKinds } from "./messages.ts";

/** Rings for rows that need attention. Never throws and never waits long: a ring that is lost is made up for by the sweep. */
export type Doorbell = {
  ring(messages: Message[]): Promise<void>;
  /** Rings for dispatch; rings that come within a few milliseconds become one. */
  ringDispatch(): void;
  /** Messages waiting in a queue; throws if the queue cannot be reached. */
  waiting(kind: MessageKind): Promise<number>;
  close(): Promise<void>;
};

/** Messages further away than this are left to the sweep, which reads the same due times: a webhook makes most of them needless. */
const aheadMsMax = 20_000;
/** Creates that arrive together need one look at the free slots, not one each. */
const dispatchWindowMs = 10;

export function createDoorbell(
  backend: QueueBackend,
  options: { clock: Clock; log: Log; onFailure: (kind: MessageKind) => void },
): Doorbell {
  const queues = new Map<MessageKind, MessageQueue>();
  const queueOf = (kind: MessageKind) => queues.get(kind) ?? openQueue(kind);
  const openQueue = (kind: MessageKind) => {
    const queue = backend.openQueue(kind);
    queue.on("error", () => {});
    queues.set(kind, queue);
    return queue;
  };
  const ringKind = async (kind: MessageKind, messages: Message[]) => {
    const now = options.clock.now();
    const adding = queueOf(kind).addBulk(messages.map((message) => toBullMessage(message, now)));
    await withTimeout(adding).catch((error: Error) => {
      options.onFailure(kind);
      options.log.warn(
        { kind, messages: messages.length, reason: error.message },
        "ring failed; the sweep will make up for it",
      );
    });
  };
  const ring = async (all: Message[]) => {
    const horizon = options.clock.now().getTime() + aheadMsMax;
    const messages = all.filter((message) => message.dueAt.getTime() <= horizon);
    const kinds = messageKinds.filter((kind) => messages.some((message) => message.kind === kind));
    await Promise.all(
      kinds.map((kind) =>
        ringKind(
          kind,
          messages.filter((message) => message.kind === kind),
        ),
      ),
    );
  };
  return {
    ring,
    ringDispatch: coalesce(() => ring([{ kind: "dispatch", id: "all", dueAt: options.clock.now() }])),
    waiting: (kind) => queueOf(kind).getWaitingCount(),
    close: async () => {
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
    },
  };
}

function toBullMessage(message: Message, now: Date) {
  const delay = Math.max(0, message.dueAt.getTime() - now.getTime());
  // Finished messages are dropped: BullMQ would ignore a second message with the id of a kept one.
  const opts = { jobId: messageId(message), delay, removeOnComplete: true, removeOnFail: true };
  return { name: message.kind, data: { id: message.id }, opts };
}

/** Runs `act` at once, and once more after the window if it was asked for meanwhile. */
function coalesce(act: () => Promise<void>): () => void {
  let windowIsOpen = false;
  let askedAgain = false;
  const closeWindow = () => {
    windowIsOpen = false;
    if (askedAgain) run();
  };
  const run = () => {
    if (windowIsOpen) {
      askedAgain = true;
      return;
    }
    windowIsOpen = true;
    askedAgain = false;
    void act();
    setTimeout(closeWindow, dispatchWindowMs).unref();
  };
  return run;
}

function withTimeout<Value>(promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${commandTimeoutMs} ms`)), commandTimeoutMs);
  });
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}
