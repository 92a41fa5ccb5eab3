import { createHash } from "node:crypto";
import { type Db, query, sql } from "../db/database.ts";

/** What logins are counted by. Many people may share an address, so it has more tries before it has to wait. */
export type ThrottleKey = { kind: "email" | "address"; value: string };

const freeTries = { email: 5, address: 20 } as const;
/** After the free tries each further one costs twice the wait of the one before, up to this. */
const waitSecondsMax = 900;
/** Failures longer ago than this are forgotten. */
const forgetSeconds = 3_600;

/**
 * Takes the right to try once: false while the key has to wait. Counted before the password is looked at, so that many tries at once
 * are no way around it; `forgiveTry` takes it back when the password was right.
 */
export async function takeTry(db: Pick<Db, "$queryRaw">, key: ThrottleKey, now: Date): Promise<boolean> {
  const free = freeTries[key.kind];
  const stale = sql`t.last_at < ${now}::timestamptz - ${forgetSeconds} * interval '1 second'`;
  const taken = await query(
    db,
    sql`insert into login_throttles as t (key, failures, last_at) values (${hashOf(key)}, 1, ${now}::timestamptz)
        on conflict (key) do update set last_at = ${now}::timestamptz,
          failures = case when ${stale} then 1 else t.failures + 1 end,
          blocked_until = case when ${stale} or t.failures + 1 < ${free}::int then null else
            ${now}::timestamptz + least(${waitSecondsMax}, power(2, least(t.failures + 1 - ${free}::int, 20))) * interval '1 second' end
        where t.blocked_until is null or t.blocked_until <= ${now}::timestamptz
        returning 1`,
  );
  return taken.length > 0;
}

/** Seconds until the key may try again; at least 1. */
export async function waitOf(db: Pick<Db, "$queryRaw">, key: ThrottleKey, now: Date): Promise<number> {
  const rows = await query<{ until: Date | null }>(
    db,
    sql`select blocked_until as until from login_throttles where key = ${hashOf(key)}`,
  );
  return Math.max(1, Math.ceil(((rows[0]?.until?.getTime() ?? 0) - now.getTime()) / 1000));
}

/** The password was right: the e-mail's failures are forgotten; the address only gets this try back. */
export async function forgiveTry(db: Pick<Db, "$queryRaw">, key: ThrottleKey): Promise<void> {
  const which = hashOf(key);
  await query(
    db,
    key.kind === "email"
      ? sql`delete from login_throttles where key = ${which} returning 1`
      : sql`update login_throttles set failures = greatest(0, failures - 1), blocked_until = null where key = ${which} returning 1`,
  );
}

function hashOf({ kind, value }: ThrottleKey): string {
  return createHash("sha256").update(`${kind}:${value}`).digest("hex");
}
