import { type Db, query, sql } from "../db/database.ts";

/** What is looked for: an identical job of the tenant that ended well so long ago at most, or is under way. */
export type Wanted = { key: Uint8Array; withinSeconds: number };
export type Source = { place: number; jobId: string; succeeded: boolean };

/** Of the newest identical jobs so many are looked at: bounds a look however often one job was asked for. */
const lookedAtMax = 20;

/**
 * For each of `wanted`, by its place, the job to take the images from: the last that succeeded in time, whether or not it asked for
 * `reuse` itself, else one that did and is under way. Not one that was canceled or erased; of one that waits itself, the one it
 * waits for.
 */
export function findSources(
  db: Pick<Db, "$queryRaw">,
  options: { tenantId: string; wanted: readonly Wanted[]; not: readonly string[]; now: Date },
): Promise<Source[]> {
  const { tenantId, wanted, not, now } = options;
  const rows = wanted.map(({ key, withinSeconds }, place) => ({ place, key: hex(key), withinSeconds }));
  return query<Source>(
    db,
    sql`select w.place, s.id as "jobId", s.succeeded
        from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as w(place int, key text, "withinSeconds" int)
        cross join lateral (
          select l.id, l.state = 'succeeded' as succeeded
          from (
            (select job_id from reuses where tenant_id = ${tenantId} and key = decode(w.key, 'hex')
              and job_id <> all(${[...not]}::text[]) order by job_id desc limit ${lookedAtMax})
            union
            (select id from jobs where tenant_id = ${tenantId} and input_key = decode(w.key, 'hex') and state = 'succeeded'
              and id <> all(${[...not]}::text[]) order by finished_at desc limit ${lookedAtMax})
          ) r
          join jobs c on c.id = r.job_id
          join jobs l on l.id = case when c.state = 'queued' and c.reused_from is not null then c.reused_from else c.id end
          where l.erased_at is null and l.id <> all(${[...not]}::text[]) and (
            (l.state = 'succeeded' and l.finished_at >= ${now}::timestamptz - w."withinSeconds" * interval '1 second')
            or (l.state in ('queued', 'submitting', 'submitted', 'copying') and l.reused_from is null and l.cancel_requested_at is null))
          order by succeeded desc, l.finished_at desc nulls last, l.id limit 1
        ) s
        order by w.place`,
  );
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
