import type { Context } from "./context.ts";
import { forgetLooseObjects, takeLooseObjects } from "./loose-objects/take-loose-objects.ts";
import { deleteObjects } from "./storage/delete-objects.ts";

/** Per call. With a call every two seconds a worker deletes 25 a second at most: a fraction of what copying does to storage. */
const max = 50;

/**
 * Deletes objects that no row named in time, or names any more: found by their rows, never by listing the bucket. Any number of workers
 * may do it at once; if storage does not want to now, they are taken again in two minutes. Answers how many.
 */
export async function sweepObjects(
  context: Pick<Context, "clock" | "db" | "log" | "metrics" | "storage">,
): Promise<number> {
  const keys = await takeLooseObjects(context.db, { max, now: context.clock.now() });
  if (keys.length === 0) return 0;
  await deleteObjects(context.storage, keys);
  await forgetLooseObjects(context.db, keys);
  context.metrics.looseObjectsDeleted.inc(keys.length);
  context.log.info({ objects: keys.length }, "loose objects deleted");
  return keys.length;
}
