import { type Db, query, sql } from "../db/database.ts";

/** Leaders per sweep: the next one, a second later, takes the rest. */
const leadersMax = 100;

/** Jobs that have ended and for which others still wait: whoever ended them did not get to it. Found by an index of few rows. */
export async function findSettleable(db: Pick<Db, "$queryRaw">): Promise<string[]> {
  const rows = await query<{ id: string }>(
    db,
    sql`select distinct r.leader_id as id from reuses r left join jobs l on l.id = r.leader_id
        where r.leader_id is not null and (l.id is null or l.state in ('succeeded', 'failed', 'canceled')) limit ${leadersMax}`,
  );
  return rows.map(({ id }) => id);
}
