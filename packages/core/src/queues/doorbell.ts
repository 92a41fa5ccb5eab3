import type { Clock } from "../clock.ts";
import { inGroups } from "../in-groups.ts";
import type { Log } from "../log.ts";
import { type BullMessage, commandTimeoutMs, type MessageQueue, type QueueBackend } from "./backend.ts";
import { type Message, type MessageKind, messageId, messageKinds } from "./messages.ts";
import { oncePerWindow } from "./once-per-window.ts";

/** Rings for rows that need attention. Never throws and never waits long: a ring that is lost is made up for by the sweep. */
export type Doorbell = {
  /** For rows that have just come due. Those rung for together may come to a worker in one message. */
  ring(messages: Message[]): Promise<void>;
  /** For rows that may have been rung for before: one message each, which the queue knows again. */
  ringAgain(messages: Message[]): Promise<void>;
  /** Rings for dispatch; rings that come within a few milliseconds become one. */
  ringDispatch(): void;
  /** Messages waiting in a queue; throws if the queue cannot be reached. */
  waiting(kind: MessageKind): Promise<number>;
  close(): Promise<void>;
};

/**
 * Messages further away than this are left to the sweep, which reads the same due times: a webhook makes most of them needless, and
 * it comes before the first look at fal is due.
 */
const aheadMsMax = 10_000;
/** Creates, freed slots and ended jobs that come together need one look at the slots, or at an endpoint, not one each. */
const windowMs = 25;
/** Rows of one message: few enough for other workers to have their share. A message costs a queue some 35 commands. */
const idsMax = 10;
/** Rings of one add to the queue. */
const ringsMax = 100;

export function createDoorbell(
  backend: QueueBackend,
  options: { clock: Clock; log: Log; onFailure: (kind: MessageKind) => void },
): Doorbell {
  const { clock } = options;
  const queueOf = openOnce((kind) => openQueue(backend, kind));
  const add = async (kind: MessageKind, messages: BullMessage[]) => {
    await withTimeout(queueOf(kind).addBulk(messages)).catch((error: Error) => {
      options.onFailure(kind);
      options.log.warn(
        { kind, messages: messages.length, reason: error.message },
        "ring failed; the sweep will make up for it",
      );
    });
  };
  const ringsOf = openOnce((kind) =>
    inGroups(
      async (rings: readonly Message[][]) => {
        await add(kind, toMessages(rings.flat(), clock.now()));
        return rings.map(() => undefined);
      },
      { itemsMax: ringsMax, wasRefused: () => false },
    ),
  );
  const byKind = async (all: readonly Message[], act: (kind: MessageKind, messages: Message[]) => Promise<unknown>) => {
    const horizon = clock.now().getTime() + aheadMsMax;
    const near = all.filter((message) => message.dueAt.getTime() <= horizon);
    const kinds = messageKinds.filter((kind) => near.some((message) => message.kind === kind));
    await Promise.all(
      kinds.map((kind) =>
        act(
          kind,
          near.filter((message) => message.kind === kind),
        ),
      ),
    );
  };
  const inWindow = oncePerWindow(windowMs);
  const ring = (messages: readonly Message[]) => byKind(messages, (kind, those) => ringsOf(kind)(those));
  const ringNow = (kind: MessageKind, id: string) => ring([{ kind, id, dueAt: clock.now() }]);
  return {
    ring: async (messages) => {
      const now = clock.now();
      const isForNow = ({ kind, dueAt }: Message) => kind === "send-deliveries" && dueAt <= now;
      const endpoints = new Set(messages.filter(isForNow).map(({ id }) => id));
      const windows = [...endpoints].map((id) => inWindow(id, () => ringNow("send-deliveries", id)));
      await Promise.all([ring(messages.filter((message) => !isForNow(message))), ...windows]);
    },
    ringAgain: (messages) =>
      byKind(messages, (kind, those) => {
        const now = clock.now();
        return add(
          kind,
          those.map((message) => toMessage(message, now)),
        );
      }),
    ringDispatch: () => void inWindow("dispatch", () => ringNow("dispatch", "all")),
    waiting: (kind) => queueOf(kind).getWaitingCount(),
    close: async () => {
      await Promise.allSettled(queueOf.opened().map((queue) => queue.close()));
    },
  };
}

function openQueue(backend: QueueBackend, kind: MessageKind): MessageQueue {
  const queue = backend.openQueue(kind);
  queue.on("error", () => {});
  return queue;
}

/** One per kind, made when it is first needed. */
function openOnce<Part>(open: (kind: MessageKind) => Part): ((kind: MessageKind) => Part) & { opened(): Part[] } {
  const parts = new Map<MessageKind, Part>();
  const find = (kind: MessageKind) => {
    const part = parts.get(kind) ?? open(kind);
    parts.set(kind, part);
    return part;
  };
  return Object.assign(find, { opened: () => [...parts.values()] });
}

/** What is due now goes in messages of several rows. */
function toMessages(messages: readonly Message[], now: Date): BullMessage[] {
  const different = [...new Map(messages.map((message) => [messageId(message), message])).values()];
  const soon = different.filter(({ dueAt }) => dueAt <= now);
  const others = different.filter((message) => !soon.includes(message));
  const bundles: BullMessage[] = [];
  for (let start = 0; start < soon.length; start += idsMax)
    bundles.push(toBundle(soon.slice(start, start + idsMax), now));
  return [...bundles, ...others.map((message) => toMessage(message, now))];
}

function toBundle(messages: readonly Message[], now: Date): BullMessage {
  const [first] = messages as [Message];
  const message = toMessage(first, now);
  if (messages.length === 1) return message;
  const jobId = `${message.opts.jobId}-${messages.length}`;
  return { ...message, data: { ids: messages.map(({ id }) => id) }, opts: { ...message.opts, jobId } };
}

function toMessage(message: Message, now: Date): BullMessage {
  const delay = Math.max(0, message.dueAt.getTime() - now.getTime());
  // Finished messages are dropped: BullMQ would ignore a second message with the id of a kept one.
  const opts = { jobId: messageId(message), delay, removeOnComplete: true, removeOnFail: true };
  return { name: message.kind, data: { ids: [message.id] }, opts };
}

function withTimeout<Value>(promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${commandTimeoutMs} ms`)), commandTimeoutMs);
  });
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}
