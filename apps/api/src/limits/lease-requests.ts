import { type CountRequests, windowSeconds } from "./count-requests.ts";

export type Taken = { passed: boolean; limit: number; remaining: number; resetSeconds: number };

/** Takes one request out of a limit per minute. */
export type TakeRequest = (id: string, limit: number, now: Date) => Promise<Taken>;

/** What one process knows of one limit in the present minute. */
type Lease = {
  /** Requests it may still let through without asking. */
  left: number;
  /** What all processes have leased, as of its last lease. */
  leased: number;
  resetsAt: number;
  asking: Promise<void> | null;
};

/** A lease is this part of the limit. */
const leasesPerLimit = 50;
/** More keys and tenants than one process has to do with in a minute. */
const leasesMax = 20_000;

/**
 * A limit over all processes at a fiftieth of the cost: each process leases requests from the shared count by the block and lets
 * them through from memory; who is over the limit is refused from memory, too. Never more than the limit pass. Fewer may, when the
 * rest of the minute lies unused with other processes: at most (processes − 1) × (block − 1), that is 2 % of the limit for each
 * further process, and nothing at limits up to 50, whose blocks are single requests.
 */
export function createLeases(count: CountRequests): TakeRequest {
  const leases = new Map<string, Lease>();

  const leaseOf = (id: string, now: number): Lease => {
    const known = leases.get(id);
    if (known && (known.resetsAt > now || known.asking)) return known;
    if (leases.size >= leasesMax) leases.clear();
    const fresh: Lease = { left: 0, leased: 0, resetsAt: now + windowSeconds * 1000, asking: null };
    leases.set(id, fresh);
    return fresh;
  };
  const ask = async (id: string, lease: Lease, limit: number, now: number) => {
    const block = Math.max(1, Math.floor(limit / leasesPerLimit));
    const { used, resetMs } = await count(id, block);
    // What goes beyond the limit was counted, but is nobody's.
    lease.left += Math.min(block, Math.max(0, limit - (used - block)));
    lease.leased = used;
    lease.resetsAt = now + resetMs;
  };
  return async (id, limit, now) => {
    const at = now.getTime();
    for (;;) {
      const lease = leaseOf(id, at);
      if (lease.left > 0) {
        lease.left -= 1;
        return toTaken(true, lease, limit, at);
      }
      if (lease.leased >= limit) return toTaken(false, lease, limit, at);
      lease.asking ??= ask(id, lease, limit, at).finally(() => {
        lease.asking = null;
      });
      await lease.asking;
    }
  };
}

function toTaken(passed: boolean, { left, leased, resetsAt }: Lease, limit: number, now: number): Taken {
  const remaining = left + Math.max(0, limit - leased);
  return { passed, limit, remaining, resetSeconds: Math.max(1, Math.ceil((resetsAt - now) / 1000)) };
}
