import { type Db, query, sql } from "../db/database.ts";

/** Any constant: names the one lock under which slots are counted and filled, and dispatch's own row is written. */
export const dispatchLock = 4_201_001;

/** Waits until nobody else dispatches; held until the transaction ends. */
export async function lockDispatch(tx: Pick<Db, "$queryRaw">): Promise<void> {
  await query(tx, sql`select 1 from (select pg_advisory_xact_lock(${dispatchLock}::bigint)) as locked`);
}
