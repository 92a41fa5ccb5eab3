import type { Database } from "../db/database.ts";

export type WorkerReport = {
  id: string;
  host: string;
  pid: number;
  version: string;
  startedAt: Date;
  /** When it last took a message, by kind. */
  consumed: Record<string, string>;
};

/** Workers that have not been heard of for so long are forgotten. */
const forgetMs = 3_600_000;

/** A worker says that it is there. */
export async function reportWorker(
  db: Pick<Database, "workerProcess">,
  report: WorkerReport,
  now: Date,
): Promise<void> {
  const seen = { lastSeenAt: now, consumed: report.consumed };
  await db.workerProcess.upsert({ where: { id: report.id }, create: { ...report, ...seen }, update: seen });
  await db.workerProcess.deleteMany({ where: { lastSeenAt: { lt: new Date(now.getTime() - forgetMs) } } });
}

/** A worker that stops says so, and is not missed. */
export async function dismissWorker(db: Pick<Database, "workerProcess">, id: string): Promise<void> {
  await db.workerProcess.deleteMany({ where: { id } });
}
