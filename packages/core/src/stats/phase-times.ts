import { raw, type Sql, sql } from "../db/database.ts";

/** Columns of usage_entries, in the order of `phaseTimes`. */
export const phaseColumns = raw("waiting_ms, fal_ms, copying_ms");

/**
 * What an ended job's time went into, in milliseconds; null for a phase it did not come to. Waiting: from when it might start until
 * its last attempt was sent, so earlier attempts are in it; unknown for a job opened again by hand, whose wait began anew. fal: from
 * that submit to the answer. Copying: from the answer to the end.
 */
export function phaseTimes(alias: string): Sql {
  const job = raw(alias);
  return sql`case when ${job}.round = 1 then ${between(sql`greatest(${job}.created_at, ${job}.run_at)`, sql`${job}.sent_at`)} end,
    ${between(sql`${job}.sent_at`, sql`${job}.generated_at`)},
    case when ${job}.round = 1 then ${between(sql`${job}.generated_at`, sql`${job}.finished_at`)} end`;
}

/** Null if either is; greatest() would leave a null out. Clocks of two machines may disagree: never below zero. */
function between(from: Sql, to: Sql): Sql {
  return sql`case when ${from} is not null and ${to} is not null then greatest(0, extract(epoch from ${to} - ${from}) * 1000)::bigint end`;
}
