import type { Context } from "@darkroom/core/context";
import { countQueued } from "@darkroom/core/jobs/count-queued";
import type { FullQueue } from "@darkroom/core/retry-and-follow";
import { askOnce } from "../ask-once.ts";
import { type ProblemReply, problem } from "../reply.ts";

/** Keeps a tenant from filling the backlog without end. */
export type QueueCap = {
  /** Lets so many more wait: null, or if they may not, what stands in the way. */
  takePlaces(tenantId: string, more: number, now: Date): Promise<FullQueue | null>;
  /** The same with the refusal made of it. */
  refuse(tenantId: string, more: number, now: Date): Promise<ProblemReply | null>;
  /** Whether not one more may wait. Counts nothing. */
  isFull(tenantId: string, now: Date): Promise<boolean>;
  /** So many that were let through were not made after all. */
  giveBack(tenantId: string, fewer: number): void;
};

/** How long a count is believed, with what this process accepted since added to it: the cap is kept to within a few seconds' creates. */
const believedMs = 3_000;
const tenantsMax = 10_000;
/** About when it is worth asking again: a backlog this long does not shrink in a moment. */
const retryAfterSeconds = 30;

type Count = { waiting: number; until: number };

export function createQueueCap(context: Pick<Context, "db" | "env">): QueueCap {
  const cap = context.env.TENANT_QUEUED_MAX;
  const counts = new Map<string, Count>();
  const once = askOnce<Count>();

  const countOf = async (tenantId: string, now: Date) => {
    const known = counts.get(tenantId);
    if (known && known.until > now.getTime()) return known;
    return once(tenantId, async () => {
      if (counts.size >= tenantsMax) counts.clear();
      const waiting = await countQueued(context.db, tenantId, cap + 1);
      const counted = { waiting, until: now.getTime() + believedMs };
      counts.set(tenantId, counted);
      return counted;
    });
  };
  const takePlaces: QueueCap["takePlaces"] = async (tenantId, more, now) => {
    const count = await countOf(tenantId, now);
    if (count.waiting + more > cap) return { waiting: count.waiting, cap };
    count.waiting += more;
    return null;
  };
  return {
    takePlaces,
    refuse: async (tenantId, more, now) => {
      const full = await takePlaces(tenantId, more, now);
      return full && queueFull(full);
    },
    isFull: async (tenantId, now) => (await countOf(tenantId, now)).waiting >= cap,
    giveBack: (tenantId, fewer) => {
      const count = counts.get(tenantId);
      if (count) count.waiting = Math.max(0, count.waiting - fewer);
    },
  };
}

export function queueFull({ waiting, cap }: FullQueue): ProblemReply {
  const detail = `${waiting > cap ? `More than ${cap}` : waiting} jobs of this tenant wait already; at most ${cap} may.`;
  return problem("queue_full", detail, {
    members: { cap, waiting: Math.min(waiting, cap) },
    headers: { "retry-after": String(retryAfterSeconds) },
  });
}
