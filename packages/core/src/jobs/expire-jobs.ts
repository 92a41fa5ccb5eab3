import { jobError } from "@darkroom/contract/job-errors";
import { type Db, query, sql } from "../db/database.ts";
import { endJob } from "./transition.ts";

/** Most jobs ended per sweep: the next sweep, a second later, takes the rest. */
const batchMax = 200;

/** Ends queued jobs whose deadline has passed: nobody wants them any more, and they cost nothing. Returns how many. */
export async function expireJobs(db: Db, now: Date): Promise<number> {
  const rows = await query<{ id: string }>(
    db,
    sql`select id from jobs where state = 'queued' and deadline_at <= ${now}::timestamptz order by deadline_at limit ${batchMax}`,
  );
  const error = jobError("deadline_exceeded", "The job had not been started by its deadline.");
  const ended = rows.map(({ id }) =>
    endJob(db, { jobId: id, from: ["queued"], ending: { to: "failed", charged: "no", error }, now }),
  );
  return (await Promise.all(ended)).filter(Boolean).length;
}
