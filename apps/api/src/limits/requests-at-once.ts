/** How many requests of each tenant this process is answering. */
export type RequestsAtOnce = {
  /** Counts one more, unless that is too many; the function returned ends it. */
  enter(tenantId: string): (() => void) | null;
};

/**
 * Keeps one tenant from taking all of a process: memory for bodies, sockets for streams and waits, connections to the database.
 * These are each process's own, so it counts by itself.
 */
export function createRequestsAtOnce(max: number): RequestsAtOnce {
  const counts = new Map<string, number>();
  return {
    enter: (tenantId) => {
      const count = counts.get(tenantId) ?? 0;
      if (count >= max) return null;
      counts.set(tenantId, count + 1);
      return () => {
        const now = counts.get(tenantId) ?? 0;
        if (now <= 1) counts.delete(tenantId);
        else counts.set(tenantId, now - 1);
      };
    },
  };
}
