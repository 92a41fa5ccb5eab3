import { type Db, query, sql } from "../db/database.ts";

/** Those of fal's request ids that no attempt of ours has: one of them may be the submit whose reply was lost. */
export async function findStrangers(db: Db, requestIds: readonly string[]): Promise<string[]> {
  const rows = await query<{ requestId: string }>(
    db,
    sql`select given.id as "requestId" from unnest(${[...requestIds]}::text[]) with ordinality as given(id, place)
        where not exists (select from attempts where request_id = given.id) order by place`,
  );
  return rows.map((row) => row.requestId);
}
