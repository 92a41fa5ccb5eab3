import { type Database, type Db, query, type Sql, sql } from "../db/database.ts";
import { closedCircuit, failed, probeMs } from "./circuit.ts";

type Failure = { scope: string; reason: string; decisive: boolean };

/** Counts a failure of the account or a model, and opens its circuit if that is one too many. */
export function recordFailure(db: Database, failure: Failure, now: Date): Promise<void> {
  return db.$transaction(async (tx) => {
    const { scope } = failure;
    await query(
      tx,
      sql`insert into circuits (scope, failures) values (${scope}, 0) on conflict do nothing returning 1`,
    );
    await query(tx, sql`select scope from circuits where scope = ${scope} for update`);
    const row = await tx.circuit.findUnique({ where: { scope } });
    await tx.circuit.update({ where: { scope }, data: failed(row ?? closedCircuit, failure, now) });
  });
}

/** Something worked: the circuit is closed, and its count starts anew. For the move that records the success; almost always there is no row. */
export function closeCircuit(scope: Sql): Sql {
  return sql`circuit as (delete from circuits using moved where scope = ${scope} returning 1)`;
}

/** By hand: the next dispatch tries again at once. Returns whether there was anything to reset. */
export async function resetCircuit(db: Pick<Db, "$queryRaw">, scope: string): Promise<boolean> {
  const rows = await query(db, sql`delete from circuits where scope = ${scope} returning 1`);
  return rows.length > 0;
}

/** A half-open circuit lets one job through: the next one has to wait until that has told, or has had its time. */
export async function startProbes(db: Pick<Db, "$queryRaw">, models: readonly string[], now: Date): Promise<void> {
  const nextProbeAt = new Date(now.getTime() + probeMs);
  await query(
    db,
    sql`update circuits set probe_at = ${nextProbeAt}::timestamptz
        where scope = any(${["account", ...models]}::text[]) and opened_at is not null and probe_at <= ${now}::timestamptz returning 1`,
  );
}
