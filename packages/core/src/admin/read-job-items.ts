import { type Db, query, sql } from "../db/database.ts";
import { type JobItemRow, jobItemColumns } from "./job-item.ts";

/** Jobs by id, as the list shows them, newest first. */
export function readJobItems(db: Pick<Db, "$queryRaw">, ids: readonly string[]): Promise<JobItemRow[]> {
  return query<JobItemRow>(
    db,
    sql`select ${jobItemColumns("j")} from jobs j where j.id = any(${[...ids]}::text[]) order by j.id desc`,
  );
}
