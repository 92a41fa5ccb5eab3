import { type Database, type Db, query, type Sql, sql } from "../db/database.ts";
import { type Circuit, type Failure, failed, probeMs } from "./circuit.ts";

/** Counts a failure of the account or a model, and opens its circuit if that is one too many. */
export function recordFailure(db: Database, failure: Failure & { scope: string }, now: Date): Promise<void> {
  return db.$transaction(async (tx) => {
    const { scope } = failure;
    // Made, or locked as it is, in one: a success may delete the row at any moment.
    const [circuit] = await query<Circuit>(
      tx,
      sql`insert into circuits (scope, failures) values (${scope}, 0) on conflict (scope) do update set failures = circuits.failures
          returning failures, opened_at as "openedAt", probe_at as "probeAt", reason`,
    );
    if (circuit) await tx.circuit.update({ where: { scope }, data: failed(circuit, failure, now) });
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
