import type { Database } from "../db/database.ts";

/** Stops it: at most some twenty jobs that are being done still are. False if it had ended. */
export async function stopBulk(db: Pick<Database, "bulkOperation">, id: string, now: Date): Promise<boolean> {
  const { count } = await db.bulkOperation.updateMany({
    where: { id, state: "running" },
    data: { state: "stopped", dueAt: null, stopRequestedAt: now, finishedAt: now },
  });
  return count > 0;
}
