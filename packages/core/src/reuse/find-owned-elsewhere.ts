import { type Db, query, sql } from "../db/database.ts";

/** Keys of a job's images, and those among them that another job, which is not erased, has as well. */
export type Ownership = { keys: string[]; owned: string[] };

/** Only jobs with the same fingerprint can have them. */
export async function findOwnedElsewhere(db: Pick<Db, "$queryRaw">, jobId: string): Promise<Ownership> {
  const rows = await query<{ key: string; owned: boolean }>(
    db,
    sql`select distinct mine.key, exists (
          select from reuses r join reuses other on other.tenant_id = r.tenant_id and other.key = r.key and other.job_id <> r.job_id
          join jobs j on j.id = other.job_id and j.erased_at is null
          join outputs o on o.job_id = j.id and o.key = mine.key
          where r.job_id = ${jobId}) as owned
        from outputs mine where mine.job_id = ${jobId} and mine.key is not null`,
  );
  return { keys: rows.map(({ key }) => key), owned: rows.flatMap(({ key, owned }) => (owned ? [key] : [])) };
}
