import type { Context } from "@darkroom/core/context";
import type { MessageKind } from "@darkroom/core/queues/messages";

/** A page must not wait for a queue that is away. */
const timeoutMs = 1_000;

/** Messages nobody has taken, by kind; null where the queue does not answer. */
export async function countWaiting(
  { doorbell }: Pick<Context, "doorbell">,
  kinds: readonly MessageKind[],
): Promise<Map<MessageKind, number | null>> {
  const counts = await Promise.all(kinds.map(async (kind) => [kind, await soon(doorbell.waiting(kind))] as const));
  return new Map(counts);
}

function soon(counting: Promise<number>): Promise<number | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), timeoutMs);
  });
  return Promise.race([counting.catch(() => null), late]).finally(() => clearTimeout(timer));
}
