import { bulkCountMax } from "@darkroom/contract/admin/bulk";
import type { BoundedCount } from "@darkroom/contract/admin/paging";
import { type JobSearch, walkJobs } from "../admin/find-jobs.ts";
import type { Db } from "../db/database.ts";

export type Counted = {
  matched: BoundedCount;
  searched: number;
  complete: boolean;
  reservedMicros: number;
  sampleIds: string[];
};

/** Walks done for one count: fifty thousand jobs looked at. */
const walksMax = 5;
const sampleMax = 5;
/** Jobs fetched per walk. */
const pageMax = 2_500;

/** How many jobs a bulk operation would mean. Changes nothing, and stops at a bound: then it is at least so many. */
export async function countBulk(db: Pick<Db, "$queryRaw">, search: JobSearch): Promise<Counted> {
  const counted: Counted = {
    matched: { count: 0, capped: false },
    searched: 0,
    complete: false,
    reservedMicros: 0,
    sampleIds: [],
  };
  let beforeId: string | null = null;
  for (let walks = 0; walks < walksMax && counted.matched.count < bulkCountMax; walks += 1) {
    const found = await walkJobs(db, { search, beforeId, limit: pageMax });
    counted.matched.count += found.rows.length;
    counted.searched += found.looked;
    counted.reservedMicros += found.rows.reduce((sum, { reservedMicros }) => sum + Number(reservedMicros), 0);
    counted.sampleIds.push(...found.rows.map(({ id }) => id));
    beforeId = found.nextId;
    if (!beforeId) break;
  }
  counted.complete = beforeId === null;
  counted.matched.capped = !counted.complete;
  counted.sampleIds.length = Math.min(sampleMax, counted.sampleIds.length);
  return counted;
}
