import { jobError } from "@darkroom/contract/job-errors";
import { type Db, query, sql } from "../db/database.ts";
import { type Ending, endJob } from "./transition.ts";

/** Most jobs ended per sweep: the next sweep, a second later, takes the rest. */
const batchMax = 200;

const expired: Ending = {
  to: "failed",
  charged: "no",
  error: jobError("deadline_exceeded", "The job had not been started by its deadline."),
};
const canceled: Ending = { to: "canceled", charged: "no", error: null };

/**
 * Ends queued jobs that nobody wants any more, at no cost: those past their deadline, and those that came back in line after a
 * cancel had been asked for. Dispatch passes both over. Returns how many.
 */
export async function endUnwantedJobs(db: Db, now: Date): Promise<number> {
  const rows = await query<{ id: string; asked: boolean }>(
    db,
    sql`(select id, false as asked from jobs where state = 'queued' and deadline_at <= ${now}::timestamptz
         order by deadline_at limit ${batchMax})
        union all
        (select id, true from jobs where state = 'queued' and cancel_requested_at is not null limit ${batchMax})`,
  );
  const ended = rows.map(({ id, asked }) =>
    endJob(db, { jobId: id, from: ["queued"], ending: asked ? canceled : expired, now }),
  );
  return (await Promise.all(ended)).filter(Boolean).length;
}
