import { type Database, query, sql } from "../db/database.ts";
import { emitEvent } from "./write-event.ts";

type Completed = {
  id: string;
  tenantId: string;
  createdAt: Date;
  jobs: number;
  succeeded: number;
  failed: number;
  canceled: number;
};

/** Batches told of per sweep: the next one, a second later, takes the rest. */
const batchMax = 20;

/**
 * Tells of batches whose last job has ended. Not in the statement that ends it: two last jobs that end at once do not see each
 * other. The row counts what is open (jobs/transition.ts), so the sweep finds it by an index of a few rows. Returns the endpoints
 * that were told.
 */
export async function announceBatches(db: Database, now: Date): Promise<string[]> {
  const waiting = await query<{ id: string }>(
    db,
    sql`select id from batches where open = 0 and announced_at is null limit ${batchMax}`,
  );
  const told: string[] = [];
  for (const { id } of waiting) told.push(...(await announce(db, id, now)));
  return told;
}

function announce(db: Database, batchId: string, now: Date): Promise<string[]> {
  return db.$transaction(async (tx) => {
    const claimed = await query<{ id: string }>(
      tx,
      sql`update batches set announced_at = ${now}::timestamptz where id = ${batchId} and open = 0 and announced_at is null
          and exists (select from jobs where batch_id = ${batchId})
          and not exists (select from jobs where batch_id = ${batchId} and state not in ('succeeded', 'failed', 'canceled'))
          returning id`,
    );
    if (claimed.length === 0) return recount(tx, batchId, now);
    const [batch] = await query<Completed>(
      tx,
      sql`select b.id, b.tenant_id as "tenantId", b.created_at as "createdAt", count(*)::int as jobs,
            (count(*) filter (where j.state = 'succeeded'))::int as succeeded,
            (count(*) filter (where j.state = 'failed'))::int as failed,
            (count(*) filter (where j.state = 'canceled'))::int as canceled
          from batches b join jobs j on j.batch_id = b.id where b.id = ${batchId} group by b.id`,
    );
    if (!batch) return [];
    const { tenantId, createdAt, ...facts } = batch;
    const data = { ...facts, created_at: createdAt.toISOString() };
    return emitEvent(tx, { tenantId, type: "batch.completed", data, now });
  });
}

/** For a batch that an older version made, which counted nothing: without this it would be looked at for ever. */
async function recount(tx: Pick<Database, "$queryRaw">, batchId: string, now: Date): Promise<[]> {
  await query(
    tx,
    sql`update batches set
          open = (select count(*) from jobs where batch_id = ${batchId} and state not in ('succeeded', 'failed', 'canceled')),
          announced_at = case when exists (select from jobs where batch_id = ${batchId}) then null else ${now}::timestamptz end
        where id = ${batchId} and open = 0 and announced_at is null returning 1`,
  );
  return [];
}
